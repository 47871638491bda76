import * as NodeRuntime from '@effect/platform-node/NodeRuntime'
import * as NodeServices from '@effect/platform-node/NodeServices'
import * as Cause from 'effect/Cause'
import * as Command from 'effect/cli/Command'
import * as Effect from 'effect/Effect'
import { audit } from './commands/audit.ts'
import { check } from './commands/check.ts'
import { explain } from './commands/explain.ts'
import { functions } from './commands/functions.ts'
import { labels } from './commands/labels.ts'
import { report } from './commands/report.ts'
import { scan } from './commands/scan.ts'
import { up } from './commands/up.ts'
import { verifier } from './commands/verifier.ts'

const sluice = Command.make('sluice').pipe(
  Command.withDescription('An identity-aware SQL gateway'),
  Command.withSubcommands([up, check, explain, audit, scan, labels, functions, verifier]),
)

Command.run(sluice, { version: '0.1.0' }).pipe(
  Effect.tapCause(report),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    // A stop by SIGTERM or SIGINT is what was asked for.
    teardown: (exit, onExit) =>
      onExit(
        exit._tag === 'Success' || Cause.hasInterruptsOnly(exit.cause) ? Number(process.exitCode ?? 0) : 1,
      ),
  }),
)
