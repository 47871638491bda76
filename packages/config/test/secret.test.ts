import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import * as Result from 'effect/Result'
import { loadSecret, maxSecretBytes, type SecretReference } from '../src/secret.ts'
import { withFolder } from './folder.ts'

const read = (reference: SecretReference, env = {}) =>
  Effect.runPromise(Effect.result(loadSecret(reference, env, '/')))

const message = async (reference: SecretReference, env = {}) => {
  const result = await read(reference, env)
  return Result.isFailure(result) ? result.failure.message : undefined
}

test('a file is read again, the end of its line is not part of it', async () => {
  await withFolder({ secret: 'one\n' }, async (folder) => {
    const result = await read({ file: `${folder}/secret` })
    if (Result.isFailure(result)) throw result.failure
    expect(Redacted.value(result.success.loaded)).toBe('one')
    writeFileSync(`${folder}/secret`, 'two\r\n')
    expect(Redacted.value(await Effect.runPromise(result.success.secret()))).toBe('two')
    expect(Redacted.value(result.success.loaded)).toBe('one')
  })
})

test('a command is run without a shell', async () => {
  const result = await read({ command: [process.execPath, '-p', '"$HOME;" + 1'] })
  if (Result.isFailure(result)) throw result.failure
  expect(Redacted.value(result.success.loaded)).toBe('$HOME;1')
})

describe('what cannot be had', () => {
  test.each([
    ['env', { env: 'NOPE' }, 'environment variable `NOPE` is not set; set it, or use `file` or `command`'],
    [
      'empty env',
      { env: 'EMPTY' },
      'environment variable `EMPTY` is not set; set it, or use `file` or `command`',
    ],
    [
      'program',
      { command: ['/nope'] },
      'command `/nope` did not give a secret within 10000 ms; run it by hand to see why',
    ],
  ])('%s', async (_, reference, expected) => {
    expect(await message(reference, { EMPTY: '' })).toBe(expected)
  })

  test('empty and too long files', async () => {
    await withFolder(
      { empty: '\n', long: 'x'.repeat(maxSecretBytes + 1), full: 'x'.repeat(maxSecretBytes) },
      async (folder) => {
        expect(await message({ file: `${folder}/empty` })).toContain('gives an empty secret')
        expect(await message({ file: `${folder}/long` })).toContain(`of up to ${maxSecretBytes} bytes`)
        expect(await message({ file: `${folder}/full` })).toBeUndefined()
      },
    )
  })

  test.each(['a pipe that nobody writes to', 'a device without an end', 'a folder'])('%s', async (kind) => {
    await withFolder({}, async (folder) => {
      execFileSync('mkfifo', [`${folder}/pipe`])
      const [pipe, zero] = [`${folder}/pipe`, '/dev/zero']
      const file = { 'a pipe that nobody writes to': pipe, 'a device without an end': zero }[kind] ?? folder
      expect(await message({ file })).toBe(
        `\`${file}\` cannot be read as a secret: a file of up to ${maxSecretBytes} bytes; check path and permissions`,
      )
    })
  })

  test('what a failed command printed is not told', async () => {
    const script = 'console.log("hunter2"); console.error("hunter2"); process.exit(1)'
    const result = await read({ command: [process.execPath, '-e', script] })
    expect(inspect(result, { depth: 10 }) + JSON.stringify(result)).not.toMatch(/hunter2/)
    expect(Result.isFailure(result)).toBe(true)
  })
})
