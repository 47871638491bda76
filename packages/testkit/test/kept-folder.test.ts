import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { madeOnce } from '../src/kept-folder.ts'

let folder: string
let cache: string | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-kept-'))
  cache = process.env['XDG_CACHE_HOME']
  process.env['XDG_CACHE_HOME'] = join(folder, 'cache')
  writeFileSync(join(folder, 'program'), 'as it was built')
})

afterEach(() => {
  if (cache === undefined) delete process.env['XDG_CACHE_HOME']
  else process.env['XDG_CACHE_HOME'] = cache
  rmSync(folder, { recursive: true })
})

/** What the file in folder `name` says once it is there; `made` is what it says where it is made now. */
const said = async (name: string, made: string, options: readonly string[] = []): Promise<string> => {
  const data = join(folder, name)
  const make = async (): Promise<void> => {
    mkdirSync(data)
    writeFileSync(join(data, 'file'), made)
  }
  await madeOnce(data, { name: 'data', program: join(folder, 'program'), options, make })
  return readFileSync(join(data, 'file'), 'utf8')
}

describe('the data of a server', () => {
  test('are made once, and copies of one another no longer once they are there', async () => {
    expect(await said('one', 'first')).toBe('first')
    writeFileSync(join(folder, 'one', 'file'), 'changed by a server')
    expect(await said('two', 'second')).toBe('first')
    expect(readdirSync(join(folder, 'cache', 'sluice'))).toHaveLength(1)
  })

  test('are made anew with other options, and for a program that was built anew', async () => {
    await said('one', 'first', ['a password'])
    expect(await said('two', 'second', ['another password'])).toBe('second')
    writeFileSync(join(folder, 'program'), 'as it was built later')
    expect(await said('three', 'third', ['a password'])).toBe('third')
  })

  test('made at the same time are kept once', async () => {
    expect(await Promise.all([said('one', 'first'), said('two', 'second')])).toEqual(['first', 'second'])
    expect(readdirSync(join(folder, 'cache', 'sluice'))).toHaveLength(1)
  })

  test('are made each time where they cannot be kept', async () => {
    writeFileSync(join(folder, 'cache'), 'no folder')
    expect(await said('one', 'first')).toBe('first')
    expect(await said('two', 'second')).toBe('second')
  })
})
