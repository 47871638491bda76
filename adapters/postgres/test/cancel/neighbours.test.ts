import { once } from 'node:events'
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { CancelDesk } from '../../src/cancel/cancel-desk.ts'
import { meetNeighbours } from '../../src/cancel/neighbours.ts'
import { encodeSSLRequest } from '../../src/messages/ssl-request.ts'

let directory: string
let leave: (() => Promise<void>)[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-neighbours-'))
  leave = []
})

afterEach(async () => {
  for (const go of leave) await go()
  await rm(directory, { recursive: true, force: true })
})

const gateway = async (): Promise<CancelDesk> => {
  const desk = new CancelDesk()
  leave.push(await meetNeighbours(desk, directory))
  return desk
}

describe('a cancel request that comes in at another gateway of the host', () => {
  test.each([true, false])('finds its session (long key: %s), and that one alone', async (long) => {
    const [first, second, third] = [await gateway(), await gateway(), await gateway()]
    const cancelled: string[] = []
    const of = (name: string) => () => {
      cancelled.push(name)
      return Promise.resolve()
    }
    const key = first.issue(of('the right one'), 7, long)
    second.issue(of('a session of the same process id'), 7, long)
    third.issue(of('another'), 8, long)
    await third.request(key, 'a')
    expect(cancelled).toEqual(['the right one'])
  })

  test('has the right key though its database answers late: the address goes on being heard', async () => {
    const [first, second] = [await gateway(), await gateway()]
    let asked = 0
    const database = Promise.withResolvers<void>()
    const key = first.issue(
      () => {
        asked += 1
        return database.promise
      },
      7,
      true,
    )
    expect(await second.askNeighbours?.(key)).toBe(true)
    expect(asked).toBe(1)
    database.resolve()
  })

  test('with a wrong key does nothing anywhere', async () => {
    const [first, second] = [await gateway(), await gateway()]
    let cancelled = false
    const key = first.issue(
      () => {
        cancelled = true
        return Promise.resolve()
      },
      7,
      true,
    )
    const secretKey = Buffer.from(key.secretKey)
    secretKey[31] = (secretKey[31] as number) ^ 1
    await second.request({ processId: 7, secretKey }, 'a')
    expect(cancelled).toBe(false)
  })

  test('waits for no gateway that is gone: its socket is taken away', async () => {
    const desk = await gateway()
    const gone = join(directory, `${'00'.repeat(8)}.cancel.sock`)
    const server = createServer().listen(join(directory, 'before'))
    await once(server, 'listening')
    // Under another name, so that closing leaves it behind, as a gateway that is killed does.
    await rename(join(directory, 'before'), gone)
    server.close()
    await once(server, 'close')
    expect(await readdir(directory)).toHaveLength(2)
    await desk.request({ processId: 1, secretKey: Buffer.alloc(4) }, 'a')
    let left = await readdir(directory)
    while (left.length > 1) left = await readdir(directory)
    expect(left).toHaveLength(1)
  })
})

test('the sockets are closed to other users', async () => {
  await gateway()
  const [name = ''] = await readdir(directory)
  expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600)
})

test('INVARIANT (no-unread-bytes): anything but a cancel request ends the conversation', async () => {
  await gateway()
  const [name = ''] = await readdir(directory)
  for (const said of [encodeSSLRequest(), Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(8, 0xff)]) {
    const socket = connect(join(directory, name))
    const heard: Buffer[] = []
    socket.on('data', (chunk: Buffer) => heard.push(chunk))
    socket.write(said)
    await once(socket, 'close')
    expect(heard).toEqual([])
  }
})
