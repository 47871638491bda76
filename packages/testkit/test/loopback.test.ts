import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { scriptedServer, socketPair } from '../src/loopback.ts'

describe('socketPair', () => {
  test('carries bytes both ways', async () => {
    const { near, far, close } = await socketPair()
    near.write('ping')
    expect(String((await once(far, 'data'))[0])).toBe('ping')
    far.write('pong')
    expect(String((await once(near, 'data'))[0])).toBe('pong')
    close()
  })
})

describe('scriptedServer', () => {
  test('waits, sends and ends as its script says', async () => {
    const server = await scriptedServer([{ await: 4 }, { send: Buffer.from('yes') }, { finish: 'end' }])
    const socket = connect(server.port, server.host)
    socket.write('half')
    expect(String((await once(socket, 'data'))[0])).toBe('yes')
    await once(socket, 'end')
    expect(server.received().map(String)).toEqual(['half'])
    await server.close()
  })

  test('resets a connection', async () => {
    const server = await scriptedServer([{ await: 1 }, { finish: 'reset' }])
    const socket = connect(server.port, server.host)
    socket.write('x')
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNRESET')
    await server.close()
  })
})
