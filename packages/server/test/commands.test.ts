import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { openJournal } from '@sluice/audit/journal'
import { readEntries } from '@sluice/audit/read'
import * as Effect from 'effect/Effect'

// Each test starts a process; on a busy machine that takes its time.
jest.setTimeout(60_000)

const run = promisify(execFile)
const MAIN = ['--conditions=@sluice/source', join(import.meta.dirname, '..', 'src', 'main.ts')]

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-commands-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** A configuration whose database nobody answers for. */
const write = (principal: string, more = ''): string => {
  writeFileSync(join(folder, 'principals.yaml'), `principals:\n  - { ${principal} }\n`)
  const file = join(folder, 'sluice.yaml')
  writeFileSync(
    file,
    `version: 1
listeners: [{ protocol: postgresql, address: 127.0.0.1:0, database: shop }]
databases:
  - name: shop
    system: postgresql
    sampleRows: 0
    upstream: { host: 127.0.0.1, port: 1, database: shop, user: u, password: { env: PW }, tls: disable }
identity: [{ name: staff, type: static, file: ./principals.yaml }]
journal: { path: ./journal }
${more}`,
  )
  return file
}

const env = { ...process.env, PW: 'secret', KEY: 'k'.repeat(32), OTHER_KEY: 'o'.repeat(32) }
const ana = (iterations: number): string =>
  `id: ana, kind: human, login: ana, verifier: "SCRAM-SHA-256$${iterations}:c2FsdHNhbHQ=$${'A'.repeat(43)}=:${'A'.repeat(43)}="`

test.each(['check', 'up'])('`sluice %s` says in a line which principal cannot be proven', async (command) => {
  const file = write(ana(1000))
  const failed = await run(process.execPath, [...MAIN, command, '-c', file], { env }).catch(
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  )
  expect(failed).toMatchObject({ code: 1, stdout: '' })
  expect(failed.stderr).toMatch(/^principal `ana`: verifier has 1000 iterations; use between .*\n$/)
})

test('`bin/sluice` runs from any folder, through a link, and is itself the gateway that takes signals', async () => {
  write(ana(4096))
  const link = join(folder, 'sluice')
  symlinkSync(join(import.meta.dirname, '..', '..', '..', 'bin', 'sluice'), link)
  const child = spawn(link, ['up'], { env, cwd: folder })
  const exited = once(child, 'exit')
  const lines: string[] = []
  for await (const said of createInterface(child.stdout)) {
    lines.push(said)
    if (said.startsWith('sluice listens on')) child.kill('SIGHUP')
    if (said.startsWith('policy ')) child.kill('SIGTERM')
  }
  expect(lines).toContainEqual(
    expect.stringMatching(/^policy .* is in force, and principals and certificates were/),
  )
  expect(await exited).toEqual([0, null])
})

test('`sluice scan` says why a database cannot be read', async () => {
  const failed = await run(process.execPath, [...MAIN, 'scan', '-c', write(ana(4096))], { env }).catch(
    (error: unknown) => error as { code: number; stderr: string },
  )
  expect(failed).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/cannot be read \(.*ECONNREFUSED.*\); is it/),
  })
})

test('with several databases a command asks for the name of one', async () => {
  const file = write(ana(4096))
  const text = readFileSync(file, 'utf8')
  const [shop = ''] = /  - name: shop\n(    .*\n)+/.exec(text) ?? []
  writeFileSync(file, text.replace(shop, `${shop}${shop.replace('name: shop', 'name: other')}`))
  const scan = (...flags: string[]) => run(process.execPath, [...MAIN, 'scan', '-c', file, ...flags], { env })
  await expect(scan()).rejects.toMatchObject({
    code: 1,
    stderr: 'there are shop, other; name one with `--database`\n',
  })
  await expect(scan('--database', 'nope')).rejects.toMatchObject({
    code: 1,
    stderr: 'database `nope` is not among shop, other; name one with `--database`\n',
  })
})

test.each(['tail', 'verify'])('`sluice audit %s` says that there is no journal', async (command) => {
  const path = join(folder, 'journal')
  await Effect.runPromise(Effect.scoped(openJournal({ path })))
  rmSync(path)
  await expect(run(process.execPath, [...MAIN, 'audit', command, '-j', path])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/there is no journal `.*journal`; name the file that `journal\.path`/),
  })
})

const line = (count: number) => ({ type: 'control', at: 0, action: 'test', detail: { count } }) as const

test('`sluice audit tail` ends without a word when nobody reads on', async () => {
  const path = join(folder, 'journal')
  const journal = Effect.flatMap(openJournal({ path }), (opened) =>
    Effect.promise(async () => {
      await opened.durable(Math.max(...Array.from({ length: 10_000 }, (_, i) => opened.append(line(i)))))
    }),
  )
  await Effect.runPromise(Effect.scoped(journal))
  const child = spawn(process.execPath, [...MAIN, 'audit', 'tail', '-j', path, '-n', '10000'])
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  child.stdout.once('data', () => child.stdout.destroy())
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect([said, code]).toEqual(['', 0])
})

test('`sluice audit verify` says by which key, and warns where that lies beside the journal', async () => {
  const path = join(folder, 'journal')
  const journal = Effect.flatMap(openJournal({ path }), (opened) =>
    Effect.promise(() => opened.durable(opened.append(line(1)))),
  )
  await Effect.runPromise(Effect.scoped(journal))
  const verify = (...flags: string[]) =>
    run(process.execPath, [...MAIN, 'audit', 'verify', '-j', path, ...flags])
  const beside = await verify()
  expect(beside.stdout).toMatch(/^1 entries, .*\nby the key SHA256:[A-Za-z0-9+/]{43}=\n$/)
  expect(beside.stderr).toMatch(/lies beside the journal: whoever can write there .* `--key COPY`/)
  symlinkSync(folder, join(folder, 'link'))
  expect((await verify('--key', join(folder, 'link', 'journal.pub'))).stderr).toMatch(
    /lies beside the journal/,
  )
  mkdirSync(join(folder, 'elsewhere'))
  copyFileSync(`${path}.pub`, join(folder, 'elsewhere', 'kept.pub'))
  const kept = await verify('--key', join(folder, 'elsewhere', 'kept.pub'))
  expect(kept).toEqual({ stdout: beside.stdout, stderr: '' })
  writeFileSync(`${path}.checkpoints`, '')
  const key = ['--key', join(folder, 'elsewhere', 'kept.pub')]
  expect((await verify(...key)).stderr).toMatch(/^no checkpoint proves any of it: .* `--checkpoints COPY`\n$/)
  await expect(verify(...key, '--checkpoints', `${path}.checkpoints`)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/there are no checkpoints at `.*journal\.checkpoints`/),
  })
})

test('`sluice explain` takes no policy for nobody', async () => {
  const flags = ['explain', 'select 1', '--policy', join(folder, 'none.yaml')]
  await expect(run(process.execPath, [...MAIN, ...flags])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/give `--principal` too/),
  })
})

test('`sluice explain --jsonl` takes no statement beside its lines', async () => {
  await expect(run(process.execPath, [...MAIN, 'explain', '--jsonl', 'select 1'])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/reads statements from standard input/),
  })
})

test('`sluice explain --jsonl` ends in peace where nobody reads on', async () => {
  const child = spawn(process.execPath, [...MAIN, 'explain', '--jsonl'])
  const said: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'exit')
  child.stdin.write(`${JSON.stringify({ sql: 'select 1' })}\n`.repeat(64))
  await once(child.stdout, 'data')
  child.stdout.destroy()
  child.stdin.write(`${JSON.stringify({ sql: 'select 1' })}\n`.repeat(64))
  expect(await ended).toEqual([0, null])
  expect(Buffer.concat(said).toString()).toBe('')
})

test('`sluice labels why` says where else to look, where nothing came into a column', async () => {
  const flags = ['labels', 'why', '-c', write(ana(4096)), 'public.customers.note']
  expect((await run(process.execPath, [...MAIN, ...flags], { env })).stdout).toMatch(
    /`sluice labels list` says what labels/,
  )
})

test('`sluice labels set` says where it could not look the column up', async () => {
  const flags = ['labels', 'set', '-c', write(ana(4096)), 'public.customers.note', 'pii.email']
  const { stderr } = await run(process.execPath, [...MAIN, ...flags], { env })
  expect(stderr).toMatch(
    /^whether there is a column `public\.customers\.note` could not be looked up: .*ECONNREFUSED/,
  )
})

const hashing = (note: string): string => `version: 1
rules:
  - { id: ${note}, effect: allow }
  - { id: m, effect: mask, columns: "true", with: hash }`

const withKey = (name: string): string =>
  write(ana(4096), `policy: ./policy.yaml\nmasking: { key: { env: ${name} } }`)

/** The configuration of a gateway that reads its password for a second, as `begun` tells. */
const slowly = (config: string): string =>
  config.replace('{ env: PW }', '{ command: [sh, -c, "touch begun; sleep 1; echo secret"] }')

const begun = async (): Promise<void> => {
  const end = performance.now() + 20_000
  while (!existsSync(join(folder, 'begun')) && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Runs `sluice up` while `work` runs, which may wait for what it says. SIGHUP comes amid the start, behind `hangupBehind`. */
const whileUp = async (
  file: string,
  work: (until: (words: RegExp) => Promise<void>, hangup: () => void, stop: () => void) => Promise<void>,
  hangupBehind?: () => Promise<void>,
  code = 0,
  flags: readonly string[] = [],
): Promise<void> => {
  const child = spawn(process.execPath, [...flags, ...MAIN, 'up', '-c', file], { env })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const until = async (words: RegExp): Promise<void> => {
    const end = performance.now() + 20_000
    while (!words.test(said) && child.exitCode === null && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 10))
    expect(said).toMatch(words)
  }
  const exited = new Promise((resolve) => child.once('exit', resolve))
  try {
    if (hangupBehind !== undefined) {
      await hangupBehind()
      child.kill('SIGHUP')
    }
    await until(/sluice listens on/)
    await work(
      until,
      () => child.kill('SIGHUP'),
      () => child.kill('SIGTERM'),
    )
  } finally {
    child.kill('SIGTERM')
  }
  expect(await exited).toBe(code)
}

/** Takes the journal away, and waits until the gateway has seen that. */
const loseJournal = async (until: (words: RegExp) => Promise<void>): Promise<void> => {
  rmSync(join(folder, 'journal'))
  await until(/nothing can be recorded any more/)
}

test('a gateway whose journal has failed says so by its exit code, though it was told to stop', async () => {
  await whileUp(write(ana(4096)), loseJournal, undefined, 1)
})

test('labels and budgets that begin anew are told of and recorded, and those that go on are not', async () => {
  const file = write(ana(4096))
  const told = /begin anew in `.*journal-labels`, which had none; .* `store\.path`/
  await whileUp(file, (until) => until(told))
  const made = () =>
    [...readEntries(join(folder, 'journal'))].filter(
      ({ entry }) => entry.type === 'control' && entry.action === 'store.made',
    )
  expect(made()).toHaveLength(1)
  await whileUp(file, () => Promise.resolve())
  expect(made()).toHaveLength(1)
  rmSync(join(folder, 'journal-labels'))
  await whileUp(file, (until) => until(told))
  expect(made()).toHaveLength(2)
})

describe('SIGHUP', () => {
  test('reads the policy again, but takes nothing with a policy that masks with another key than that of the start', async () => {
    const policy = join(folder, 'policy.yaml')
    writeFileSync(policy, hashing('first'))
    await whileUp(withKey('KEY'), async (until, hangup) => {
      writeFileSync(policy, hashing('second'))
      hangup()
      await until(/policy .* is in force, and principals and certificates were read again/)
      write(ana(1000), `policy: ./policy.yaml\nmasking: { key: { env: KEY } }`)
      hangup()
      await until(/policy, principals and certificates stay as they were:\nprincipal `ana`/)
      withKey('OTHER_KEY')
      hangup()
      await until(/policy, principals and certificates stay as they were:\n`masking.key` is not what it was/)
    })
    const loaded = [...readEntries(join(folder, 'journal'))].filter(
      ({ entry }) => entry.type === 'control' && entry.action === 'identity.loaded',
    )
    expect(loaded).toHaveLength(1)
  })

  test('says what is another in the file and counts from a start on alone', async () => {
    const file = write(ana(4096))
    const before = readFileSync(file, 'utf8')
    await whileUp(file, async (until, hangup) => {
      hangup()
      await until(/is in force/)
      writeFileSync(file, `${before}\nlabels: [{ column: public.t.c, labels: [pii.note] }]\n`)
      hangup()
      // Of what is the same nothing is said.
      await until(/^(?:(?!stays? as)[^])*\n`labels` stays as it was, though .*anew\n(?:(?!stays? as)[^])*$/)
    })
  })

  test('does not end a gateway of which not everything is loaded', async () => {
    const loading = `import { registerHooks } from 'node:module'
      registerHooks({ resolve(name, context, next) {
        if (name.endsWith('/commands/up.ts')) process.kill(process.pid, 'SIGHUP')
        return next(name, context)
      } })`
    const flags = ['--import', `data:text/javascript,${encodeURIComponent(loading)}`]
    await whileUp(write(ana(4096)), () => Promise.resolve(), undefined, 0, flags)
  })

  test('amid the start counts when the gateway runs', async () => {
    const file = write(ana(4096))
    writeFileSync(file, slowly(readFileSync(file, 'utf8')))
    await whileUp(file, (until) => until(/is in force/), begun)
  })

  test('does not end a gateway that is stopping', () =>
    whileUp(write(ana(4096)), async (_, hangup, stop) => {
      stop()
      const hangups = setInterval(hangup, 1)
      setTimeout(() => clearInterval(hangups), 5_000).unref()
    }))

  test('comes into force in the order in which it was sent, however long reading takes', async () => {
    const file = write(ana(4096))
    const quick = readFileSync(file, 'utf8')
    const slow = slowly(quick).replace('./principals.yaml', './old.yaml')
    writeFileSync(join(folder, 'old.yaml'), `principals:\n  - { ${ana(1000)} }\n`)
    await whileUp(file, async (until, hangup) => {
      writeFileSync(file, slow)
      hangup()
      await begun()
      writeFileSync(file, quick)
      hangup()
      await until(/stay as they were[^]*is in force/)
    })
  })
})
