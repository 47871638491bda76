import { describe, expect, test } from '@jest/globals'
import { ProtocolViolation } from '@sluice/wire/violation'
import * as fc from 'fast-check'
import { MAX_STARTUP_BYTES, StartupFramer } from '../../src/framing/startup-framer.ts'
import { encodeCancelRequest } from '../../src/messages/cancel-request.ts'
import { encodeGSSENCRequest } from '../../src/messages/gssenc-request.ts'
import { encodeSSLRequest } from '../../src/messages/ssl-request.ts'
import { encodeStartupMessage } from '../../src/messages/startup-message.ts'

const startup = encodeStartupMessage({ version: 0x30002, parameters: new Map([['user', 'ada']]) })

function header(length: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  return bytes
}

describe('startup packets', () => {
  test.each([
    ['SSLRequest', encodeSSLRequest(), 80877103],
    ['GSSENCRequest', encodeGSSENCRequest(), 80877104],
    ['CancelRequest', encodeCancelRequest({ processId: 7, secretKey: Buffer.from('abcd') }), 80877102],
    ['StartupMessage', startup, 0x30002],
  ] as const)('%s is told by its code, split at every byte', (kind, packet, code) => {
    for (let at = 0; at < packet.length; at += 1) {
      const framer = new StartupFramer()
      framer.push(packet.subarray(0, at))
      expect(framer.next()).toBeUndefined()
      framer.push(packet.subarray(at))
      expect(framer.next()).toEqual({ kind, code, payload: packet.subarray(4) })
      expect(framer.next()).toBeUndefined()
    }
  })

  test('may follow one another, and what follows them can be taken', () => {
    const framer = new StartupFramer()
    framer.push(Buffer.concat([encodeGSSENCRequest(), encodeSSLRequest().subarray(0, 3)]))
    framer.push(Buffer.concat([encodeSSLRequest().subarray(3), startup.subarray(0, 5)]))
    expect(framer.next()?.kind).toBe('GSSENCRequest')
    expect(framer.next()?.kind).toBe('SSLRequest')
    framer.push(startup.subarray(5))
    expect(framer.takeRemainder()).toEqual(startup)
    expect(framer.takeRemainder()).toHaveLength(0)
  })

  test('a TLS ClientHello is told by its first byte and left whole', () => {
    const framer = new StartupFramer()
    const hello = Buffer.from([0x16, 3, 1, 2, 0, 1])
    framer.push(hello)
    expect(framer.next()?.kind).toBe('direct-tls')
    expect(framer.takeRemainder()).toEqual(hello)
  })
})

describe('lengths', () => {
  test.each([0, 4, 7, MAX_STARTUP_BYTES + 1, 0xffff_ffff])(
    '%i is refused by the first four bytes',
    (length) => {
      const framer = new StartupFramer()
      framer.push(header(length))
      expect(() => framer.next()).toThrow(ProtocolViolation)
    },
  )

  test.each([8, MAX_STARTUP_BYTES])('%i is taken', (length) => {
    const framer = new StartupFramer()
    framer.push(Buffer.concat([header(length), Buffer.alloc(length - 4, 1)]))
    expect(framer.next()?.payload).toHaveLength(length - 4)
  })

  test.each(['GET / HTTP/1.1\r\n', 'SSH-2.0-OpenSSH\r\n'])('%j is refused', (greeting) => {
    const framer = new StartupFramer()
    framer.push(Buffer.from(greeting))
    expect(() => framer.next()).toThrow(/no PostgreSQL startup packet/)
  })

  test('garbage throws nothing but a violation', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 })), (chunks) => {
        const framer = new StartupFramer()
        try {
          for (const chunk of chunks) {
            framer.push(Buffer.from(chunk))
            framer.next()
          }
        } catch (error) {
          if (!(error instanceof ProtocolViolation)) throw error
        }
      }),
    )
  })
})
