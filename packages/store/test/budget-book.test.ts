import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Account } from '@sluice/core/policy/caps'
import { BudgetBook } from '../src/budget-book.ts'
import { labelFiles } from './label-files.ts'

const HOUR_MS = 3_600_000
const ANA = { provider: 'staff', id: 'ana' }
const account: Account = { principal: ANA, rule: 'cap', unit: 'rows', most: 100 }

const files = labelFiles()
let now: number

beforeEach(() => {
  now = 1_000_000
})

const book = (file = files.open()): BudgetBook => new BudgetBook(file, () => now)

test('spends up to the cap, and not more', () => {
  const budgets = book()
  expect(budgets.left(account)).toBe(100)
  expect(budgets.spend(account, 60)).toBe(true)
  expect(budgets.left(account)).toBe(40)
  expect(budgets.spend(account, 41)).toBe(false)
  expect(budgets.left(account)).toBe(40)
  expect(budgets.spend(account, 40)).toBe(true)
  expect(budgets.left(account)).toBe(0)
  expect(budgets.spend(account, 1)).toBe(false)
})

test('principals, rules and units have accounts of their own', () => {
  const budgets = book()
  expect(budgets.spend(account, 100)).toBe(true)
  for (const other of [
    { ...account, principal: { ...ANA, id: 'bob' } },
    { ...account, principal: { ...ANA, provider: 'tokens' } },
    { ...account, rule: 'other' },
    { ...account, unit: 'bytes' as const },
  ])
    expect(budgets.left(other)).toBe(100)
})

test('a clock that was years ahead locks nobody out once it is put right', () => {
  const file = files.open()
  now += 1_000 * HOUR_MS
  expect(book(file).spend(account, 100)).toBe(true)
  now -= 1_000 * HOUR_MS
  const budgets = book(file)
  expect(budgets.left(account)).toBe(100)
  expect(budgets.spend(account, 100)).toBe(true)
  // A little back is no other clock.
  now -= 1_000
  expect(budgets.left(account)).toBe(0)
})

test('the hour begins with the first that is counted, and ends', () => {
  const budgets = book()
  now += 500
  expect(budgets.spend(account, 100)).toBe(true)
  expect(budgets.until(account)).toBe(now + HOUR_MS)
  now += HOUR_MS - 1
  expect(budgets.spend(account, 1)).toBe(false)
  now += 1
  expect(budgets.left(account)).toBe(100)
  expect(budgets.spend(account, 1)).toBe(true)
})

describe('across processes', () => {
  test('after an orderly end what was spent is known, and what was not is there', () => {
    const first = book()
    expect(first.spend(account, 41)).toBe(true)
    first.close()
    expect(book().left(account)).toBe(59)
  })

  test('a process that ends without warning gives nothing back, and costs at most a block', () => {
    const first = book()
    for (let i = 0; i < 41; i++) expect(first.spend(account, 1)).toBe(true)
    const left = book().left(account)
    expect(left).toBeLessThanOrEqual(59)
    expect(left).toBeGreaterThanOrEqual(59 - 100 / 20)
  })

  test('several count together, and never more than the cap', () => {
    const books = [book(), book(), book()]
    let spent = 0
    for (let i = 0; i < 300; i++) if (books[i % 3]?.spend(account, 1)) spent += 1
    expect(spent).toBe(100)
  })

  test('one that was used up is so after a restart, until its hour is over', () => {
    expect(book().spend(account, 100)).toBe(true)
    now += 10
    const second = book()
    expect(second.left(account)).toBe(0)
    expect(second.until(account)).toBe(1_000_000 + HOUR_MS)
    now += HOUR_MS
    expect(second.left(account)).toBe(100)
  })
})

test('the disk is written for a block, not for every row', () => {
  const file = files.open()
  const budgets = book(file)
  const wide: Account = { ...account, most: 100_000 }
  const before =
    file.prepare<[], { changes: number }>('SELECT total_changes() AS changes').get()?.changes ?? 0
  for (let i = 0; i < 50_000; i++) budgets.spend(wide, 1)
  const after = file.prepare<[], { changes: number }>('SELECT total_changes() AS changes').get()?.changes ?? 0
  // A replaced row may count twice.
  expect(after - before).toBeLessThanOrEqual(20)
})

test('a cap that was lowered counts at once', () => {
  const budgets = book()
  expect(budgets.spend(account, 50)).toBe(true)
  expect(budgets.left({ ...account, most: 40 })).toBe(0)
  expect(budgets.spend({ ...account, most: 40 }, 20)).toBe(false)
})

test('what was reserved under a higher cap is not spent above a lower one', () => {
  const budgets = book()
  expect(budgets.spend({ ...account, most: 1000 }, 1)).toBe(true)
  const lowered = { ...account, most: 10 }
  expect(budgets.left(lowered)).toBe(9)
  expect(budgets.spend(lowered, 10)).toBe(false)
  expect(budgets.spend(lowered, 9)).toBe(true)
  expect(budgets.spend(lowered, 1)).toBe(false)
})

test('hours that are over do not stay in the file', () => {
  const file = files.open()
  const budgets = book(file)
  for (let i = 0; i < 30; i++) {
    expect(budgets.spend({ ...account, principal: { ...ANA, id: `job-${i}` } }, 1)).toBe(true)
    now += HOUR_MS / 10
  }
  const kept = file.prepare<[], { kept: number }>('SELECT count(*) AS kept FROM spent').get()
  expect(kept?.kept).toBeLessThanOrEqual(20)
})

test('a file that cannot be written spends nothing', () => {
  const file = files.open()
  const budgets = book(file)
  file.close()
  files.opened.splice(0)
  expect(() => budgets.spend(account, 1)).toThrow('cannot be used for budgets')
  expect(() => budgets.left({ ...account, principal: { ...ANA, id: 'bob' } })).toThrow(
    'cannot be used for budgets',
  )
})

test('what the file did not take at the end of its transaction is not held', () => {
  const file = files.open()
  const budgets = book(file)
  expect(budgets.left(account)).toBe(100)
  // A disk that is full says so at COMMIT alone.
  file.exec(`
    CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
    CREATE TRIGGER full AFTER INSERT ON spent BEGIN INSERT INTO child VALUES (1); END`)
  for (let i = 0; i < 3; i++) expect(() => budgets.spend(account, 1)).toThrow('cannot be used for budgets')
  file.exec('DROP TRIGGER full')
  expect(budgets.left(account)).toBe(100)
  expect(budgets.spend(account, 100)).toBe(true)
  expect(book(file).left(account)).toBe(0)
})
