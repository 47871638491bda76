import type { Transaction } from '@sluice/core/statement/command'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Grammar, Tokens } from './tokens.ts'

const transaction = (op: Transaction['op'], name?: string): Transaction => ({
  kind: 'transaction',
  op,
  ...(name === undefined ? {} : { name }),
})

/** `AND CHAIN`, `RELEASE` and their refusals. */
const completion = (t: Tokens): void => {
  t.take('work')
  if (t.take('and')) {
    t.take('no')
    t.expect('chain')
  }
  if (t.take('no')) t.expect('release')
  else t.take('release')
}

const begin: Grammar = (t) => {
  t.at++
  t.take('work')
  return transaction('begin')
}

/** START TRANSACTION; START of a replica is work on the server. */
const start: Grammar = (t) => {
  t.at++
  if (!t.take('transaction')) {
    t.skipRest()
    return { kind: 'maintenance', verb: 'start', tables: [] }
  }
  while (t.takeAny('with', 'consistent', 'snapshot', 'read', 'only', 'write', ',') !== undefined);
  return transaction('begin')
}

const commit: Grammar = (t) => {
  t.at++
  completion(t)
  return transaction('commit')
}

const rollback: Grammar = (t) => {
  t.at++
  t.take('work')
  if (t.take('to')) {
    t.take('savepoint')
    return transaction('rollback to', t.lowerName())
  }
  completion(t)
  return transaction('rollback')
}

const savepoint: Grammar = (t) => {
  t.at++
  return transaction('savepoint', t.lowerName())
}

const release: Grammar = (t) => {
  t.expect('release', 'savepoint')
  return transaction('release', t.lowerName())
}

const distributed: Readonly<Record<string, Transaction['op']>> = {
  start: 'begin',
  begin: 'begin',
  end: 'set transaction',
  prepare: 'prepare transaction',
  commit: 'commit prepared',
  rollback: 'rollback prepared',
}

const endsInOnePhase = (t: Tokens): boolean => {
  let ends = false
  while (!t.done && !ends) {
    ends = t.is('one', 'phase')
    t.at++
  }
  return ends
}

const xa: Grammar = (t) => {
  t.at++
  const { word } = t.next()
  // Only what the session itself is in can be committed in one phase.
  const own = endsInOnePhase(t)
  t.skipRest()
  if (word === 'recover') return { kind: 'show', name: 'xa recover', called: 'xa recover' }
  if (!Object.hasOwn(distributed, word)) throw new Unreadable('the kind of XA is not known')
  const made = { ...transaction(distributed[word]!), called: `xa ${word}` }
  return (word === 'commit' && !own) || word === 'rollback' ? { ...made, others: true } : made
}

/** Transaction control, by first words. */
export const transactionStatements: Readonly<Record<string, Grammar>> = {
  begin,
  start,
  commit,
  rollback,
  savepoint,
  release,
  xa,
}
