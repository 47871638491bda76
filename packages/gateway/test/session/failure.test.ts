import { expect, test } from '@jest/globals'
import { CatalogUnavailable } from '@sluice/gateway/catalog/keeper'
import { JournalUnavailable } from '@sluice/gateway/ports/audit-sink'
import { FlowsUnwritable } from '@sluice/gateway/ports/flow-ledger'
import { failureOf, statementFailureOf } from '@sluice/gateway/session/failure'
import { ProtocolViolation } from '@sluice/wire/violation'

const broken = (fault: 'client' | 'upstream' | 'gateway', reason: 'malformed' | 'encoding' = 'malformed') =>
  failureOf(new ProtocolViolation(fault, reason, 'a length is wrong'))

test('whoever can do something about a broken rule is told so', () => {
  expect(broken('client').told.hint).toContain('check the driver')
  expect(broken('upstream').told.hint).toContain('whoever runs the gateway')
  expect(broken('upstream').reason).toBe('protocol violation by the upstream: a length is wrong')
})

test('only the gateway’s own failures are for its log', () => {
  expect(broken('client').error).toBeUndefined()
  expect(broken('upstream').error).toBeUndefined()
  expect(broken('gateway').error).toBeInstanceOf(ProtocolViolation)
  expect(failureOf(new TypeError('x is undefined')).error).toBeInstanceOf(TypeError)
})

test('each kind has a code of its own in adapters', () => {
  expect(broken('client').kind).toBe('protocol')
  expect(broken('client', 'encoding').kind).toBe('encoding')
  expect(failureOf(new JournalUnavailable('disk full')).kind).toBe('journal')
  expect(failureOf('thrown text').kind).toBe('internal')
})

test('the text of an unknown error reaches neither client nor record', () => {
  const { reason, told } = failureOf(new TypeError('secret value 4711'))
  expect(`${reason} ${told.message} ${told.hint}`).not.toContain('4711')
})

test('what kept a statement from being run is told, but for what nobody has foreseen', () => {
  const kinds = [new JournalUnavailable('x'), new FlowsUnwritable('x'), new CatalogUnavailable('x'), 'x']
  expect(kinds.map((error) => statementFailureOf(error).kind)).toEqual([
    'journal',
    'flows',
    'catalog',
    'internal',
  ])
  for (const error of kinds) expect(statementFailureOf(error).told.message).toMatch(/not run$/)
  const { told } = statementFailureOf(new TypeError('secret value 4711'))
  expect(`${told.message} ${told.hint}`).not.toContain('4711')
})
