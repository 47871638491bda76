import type { FrontendMessage } from '../../src/states/message-name.ts'
import type { UpstreamState } from '../../src/states/upstream-leg.ts'

/**
 * The expectation that sending a message opens. A Describe opens `describe-portal` instead when it names a portal.
 * Messages that are not listed are answered by nothing of their own.
 */
export const expectationOf = {
  SSLRequest: 'encryption',
  StartupMessage: 'authentication',
  Query: 'query',
  Parse: 'parse',
  Bind: 'bind',
  Describe: 'describe-statement',
  Execute: 'execute',
  Close: 'close',
  Sync: 'sync',
  FunctionCall: 'function-call',
} as const satisfies Partial<Record<FrontendMessage, UpstreamState>>
