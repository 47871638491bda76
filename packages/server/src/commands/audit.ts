import { readFile, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { keyFingerprint } from '@sluice/audit/keys'
import { tailJournal } from '@sluice/audit/tail'
import { type VerifyReport, verifyJournal } from '@sluice/audit/verify'
import * as Console from 'effect/Console'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import * as Data from 'effect/Data'
import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'

const journalFlag = Flag.String('journal').pipe(
  Flag.withAlias('j'),
  Flag.withDescription('The journal file'),
  Flag.withDefault('sluice-journal'),
)

/** The command could not do its work, or what it checked does not hold. */
class AuditFailed extends Data.TaggedError('AuditFailed')<{ readonly message: string }> {}

const tail = Command.make(
  'tail',
  {
    journal: journalFlag,
    follow: Flag.Boolean('follow').pipe(
      Flag.withAlias('f'),
      Flag.withDescription('Keep waiting for more'),
      Flag.withDefault(false),
    ),
    lines: Flag.Int('lines').pipe(
      Flag.withAlias('n'),
      Flag.withDescription('Start so many entries before the end'),
      Flag.withDefault(50),
    ),
    jsonl: Flag.Boolean('jsonl').pipe(
      Flag.withDescription('The entries themselves, one JSON document per line'),
      Flag.withDefault(false),
    ),
  },
  ({ journal, follow, lines, jsonl }) =>
    Effect.tryPromise({
      try: (signal) => {
        // Whoever reads may have had enough, such as `head`.
        const enough = new AbortController()
        process.stdout.on('error', () => enough.abort())
        const ended = AbortSignal.any([signal, enough.signal])
        return print(tailJournal(journal, { follow, last: lines, jsonl, signal: ended }), ended)
      },
      catch: (error) => new AuditFailed({ message: error instanceof Error ? error.message : String(error) }),
    }),
).pipe(Command.withDescription('Show what was recorded, a line per statement'))

const print = async (lines: AsyncIterable<string>, ended: AbortSignal): Promise<void> => {
  for await (const line of lines) {
    if (ended.aborted) return
    process.stdout.write(`${line}\n`)
  }
}

const verify = Command.make(
  'verify',
  {
    journal: journalFlag,
    key: Flag.String('key').pipe(
      Flag.withDescription(
        'A copy of the public key in PEM that was kept elsewhere; default: the one beside the journal, which proves little',
      ),
      Flag.optional,
    ),
    checkpoints: Flag.String('checkpoints').pipe(
      Flag.withDescription('A copy of the checkpoints that was kept elsewhere, to see a cut with'),
      Flag.optional,
    ),
  },
  ({ journal, key, checkpoints }) =>
    Effect.gen(function* () {
      const file = Option.getOrElse(key, () => `${journal}.pub`)
      const pem = yield* Effect.tryPromise({
        try: () => readFile(file, 'utf8'),
        catch: () =>
          new AuditFailed({ message: `public key \`${file}\` cannot be read; name it with \`--key\`` }),
      })
      const fingerprint = yield* fingerprintOf(pem, file)
      const kept = Option.match(checkpoints, {
        onNone: () => ({}),
        onSome: (path) => ({ checkpoints: path }),
      })
      const report = yield* verifyJournal(journal, pem, kept)
      yield* Console.log(`${summary(report)}\nby the key ${fingerprint}`)
      if (yield* Effect.promise(() => isBeside(file, journal))) yield* Console.error(besideWarning(file))
      if (report.entries > 0 && report.provenPosition === 0) yield* Console.error(unprovenWarning(journal))
      if (!report.ok)
        return yield* new AuditFailed({ message: `the journal \`${journal}\` is not as it was written` })
    }),
).pipe(Command.withDescription('Prove that the journal is as it was written'))

const fingerprintOf = (pem: string, file: string) =>
  Effect.try({
    try: () => keyFingerprint(pem),
    catch: () =>
      new AuditFailed({
        message: `\`${file}\` is no public key in PEM; give a copy of the journal’s \`.pub\``,
      }),
  })

/** Whether both lie in one folder, whatever links lead there. */
const isBeside = async (key: string, journal: string): Promise<boolean> => {
  const folders = await Promise.all([key, journal].map(async (file) => dirname(await realpath(file))))
  return folders[0] === folders[1]
}

const besideWarning = (file: string): string =>
  `the key \`${file}\` lies beside the journal: whoever can write there can put another journal and its key in their place. Compare the key with what you noted of it, or give a copy that was kept elsewhere: \`--key COPY\``

const unprovenWarning = (journal: string): string =>
  `no checkpoint proves any of it: whoever can write \`${journal}\` can have written all of it. A gateway signs some 11 s after its first entry; if it ran for longer, compare with a copy of the checkpoints: \`--checkpoints COPY\``

const summary = (report: VerifyReport): string =>
  [
    `${report.entries} entries, ${report.checkpoints} checkpoints; proven up to entry ${report.provenPosition}, ${report.unprovenEntries} chained after it`,
    ...report.findings.map(({ position, kind, what }) => `entry ${position}: ${kind}: ${what}`),
    ...(report.unfinishedBytes > 0
      ? [`${report.unfinishedBytes} bytes of an entry whose writing did not end stand behind the last`]
      : []),
    ...(report.incomplete ? ['… and more'] : []),
  ].join('\n')

/** `sluice audit`: reads and proves the journal. */
export const audit = Command.make('audit').pipe(
  Command.withDescription('Read and prove the journal'),
  Command.withSubcommands([tail, verify]),
)
