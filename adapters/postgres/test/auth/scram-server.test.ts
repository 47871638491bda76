import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { MAX_NONCE_CHARS, MAX_SCRAM_MESSAGE_BYTES } from '../../src/auth/scram-attributes.ts'
import { ScramRefused, scramServer } from '../../src/auth/scram-server.ts'
import { exampleServer, meet, RFC_7677, verifierFor } from './exchange.ts'

/** What a call throws, or undefined. */
function refusal(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}

function first(text: string): () => Buffer {
  return () => exampleServer().clientFirst(Buffer.from(text))
}

/** The example up to its last message, which is `text`. */
function final(text: string, opening: string = RFC_7677.clientFirst): () => Buffer {
  const server = exampleServer()
  server.clientFirst(Buffer.from(opening))
  return () => server.clientFinal(Buffer.from(text))
}

test('the example of RFC 7677', () => {
  const server = exampleServer()
  expect(server.clientFirst(Buffer.from(RFC_7677.clientFirst)).toString()).toBe(RFC_7677.serverFirst)
  expect(server.clientFinal(Buffer.from(RFC_7677.clientFinal)).toString()).toBe(RFC_7677.serverFinal)
})

describe('client-first-messages', () => {
  test.each([
    ['of psql (libpq): no user name', 'n,,n=,r=abc'],
    ['of pg and JDBC: a star', 'n,,n=*,r=abc'],
    ['a client that could bind but saw that we do not', 'y,,n=,r=abc'],
    ['a user name beyond ASCII', 'n,,n=ánà,r=abc'],
    ['an extension', 'n,,n=,r=abc,x=1'],
    ['the longest nonce', `n,,n=,r=${'a'.repeat(MAX_NONCE_CHARS)}`],
  ])('%s: taken', (_, text) => {
    expect(first(text)().toString()).toMatch(/^r=a.*,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096$/)
  })

  test.each<[string, string, ScramRefused['reason']]>([
    ['nothing', '', 'malformed'],
    ['no header', 'n=user,r=abc', 'malformed'],
    ['another header', 'q,,n=user,r=abc', 'malformed'],
    ['a header in capitals', 'N,,n=user,r=abc', 'malformed'],
    ['channel binding', 'p=tls-server-end-point,,n=user,r=abc', 'channel-binding'],
    ['an authorization identity', 'n,a=root,n=user,r=abc', 'malformed'],
    ['a mandatory extension in front', 'n,,m=x,n=user,r=abc', 'malformed'],
    ['a mandatory extension at the end', 'n,,n=user,r=abc,m=x', 'malformed'],
    ['no user name', 'n,,r=abc', 'malformed'],
    ['no nonce', 'n,,n=user', 'malformed'],
    ['an empty nonce', 'n,,n=user,r=', 'malformed'],
    ['a nonce with a space', 'n,,n=user,r=a b', 'malformed'],
    ['a nonce beyond ASCII', 'n,,n=user,r=\u00e9', 'malformed'],
    ['a nonce too long', `n,,n=user,r=${'a'.repeat(MAX_NONCE_CHARS + 1)}`, 'malformed'],
    ['the order turned', 'n,,r=abc,n=user', 'malformed'],
    ['an attribute twice', 'n,,n=user,r=abc,r=def', 'malformed'],
    ['no attribute', 'n,,n=user,r=abc,', 'malformed'],
    ['a name of two letters', 'n,,n=user,r=abc,xy=1', 'malformed'],
    ['a zero byte', 'n,,n=us\0er,r=abc', 'malformed'],
    ['too many bytes', `n,,n=${'u'.repeat(MAX_SCRAM_MESSAGE_BYTES)},r=abc`, 'malformed'],
  ])('%s: refused', (_, text, reason) => {
    expect(refusal(first(text))).toMatchObject({ name: 'ScramRefused', reason })
  })

  test('the longest message', () => {
    const longest = `n,,n=,r=abc,x=${'y'.repeat(MAX_SCRAM_MESSAGE_BYTES - 14)}`
    expect(first(longest)()).toBeInstanceOf(Buffer)
    expect(refusal(first(`${longest}y`))).toMatchObject({ reason: 'malformed' })
  })
})

describe('client-final-messages', () => {
  const proof = RFC_7677.clientFinal.slice(RFC_7677.clientFinal.indexOf(',p=') + 3)
  const nonce = RFC_7677.clientNonce + RFC_7677.serverNonce
  test.each<[string, string, ScramRefused['reason']]>([
    ['nothing', '', 'malformed'],
    ['the channel taken back (y for n)', `c=eSws,r=${nonce},p=${proof}`, 'channel-binding'],
    ['a channel after all', `c=${btoa('p=tls-unique,,')},r=${nonce},p=${proof}`, 'channel-binding'],
    [
      'an authorization identity after all',
      `c=${btoa('n,a=root,')},r=${nonce},p=${proof}`,
      'channel-binding',
    ],
    ['no channel', `r=${nonce},p=${proof}`, 'malformed'],
    ['our nonce missing', `c=biws,r=${RFC_7677.clientNonce},p=${proof}`, 'nonce'],
    ['another nonce of the same length', `c=biws,r=${nonce.slice(0, -1)}1,p=${proof}`, 'nonce'],
    ['more nonce', `c=biws,r=${nonce}x,p=${proof}`, 'nonce'],
    ['no proof', `c=biws,r=${nonce}`, 'malformed'],
    ['an empty proof', `c=biws,r=${nonce},p=`, 'malformed'],
    ['a short proof', `c=biws,r=${nonce},p=AAAA`, 'malformed'],
    ['a long proof', `c=biws,r=${nonce},p=${'A'.repeat(44)}`, 'malformed'],
    ['a proof without padding', `c=biws,r=${nonce},p=${proof.slice(0, -1)}`, 'malformed'],
    ['a proof with spare bits', `c=biws,r=${nonce},p=${proof.replace('VQ=', 'VR=')}`, 'malformed'],
    ['a proof of nothing', `c=biws,r=${nonce},p=${'A'.repeat(43)}=`, 'wrong-proof'],
    ['something after the proof', `c=biws,r=${nonce},p=${proof},x=1`, 'malformed'],
    ['an extension that was not proven', `c=biws,r=${nonce},x=1,p=${proof}`, 'wrong-proof'],
    ['a mandatory extension', `c=biws,r=${nonce},m=1,p=${proof}`, 'malformed'],
    ['two proofs', `c=biws,r=${nonce},p=${proof},p=${proof}`, 'malformed'],
  ])('%s: refused', (_, text, reason) => {
    expect(refusal(final(text))).toMatchObject({ name: 'ScramRefused', reason })
  })

  test('a proof made for another user name is refused: what was said first is part of it', () => {
    const opening = RFC_7677.clientFirst.replace('n=user', 'n=root')
    expect(refusal(final(RFC_7677.clientFinal, opening))).toMatchObject({ reason: 'wrong-proof' })
  })

  test('a proof seen on the wire is refused in the next exchange', () => {
    const server = scramServer(verifierFor(RFC_7677.password))
    server.clientFirst(Buffer.from(RFC_7677.clientFirst))
    expect(refusal(() => server.clientFinal(Buffer.from(RFC_7677.clientFinal)))).toMatchObject({
      reason: 'nonce',
    })
  })
})

describe('an exchange runs once, in order', () => {
  const [opening, proof] = [Buffer.from(RFC_7677.clientFirst), Buffer.from(RFC_7677.clientFinal)]

  test('the end before the beginning', () => {
    const server = exampleServer()
    expect(refusal(() => server.clientFinal(proof))).toMatchObject({ reason: 'out-of-order' })
    expect(refusal(() => server.clientFirst(opening))).toMatchObject({ reason: 'out-of-order' })
  })

  test('a second beginning', () => {
    const server = exampleServer()
    server.clientFirst(opening)
    expect(refusal(() => server.clientFirst(opening))).toMatchObject({ reason: 'out-of-order' })
    expect(refusal(() => server.clientFinal(proof))).toMatchObject({ reason: 'out-of-order' })
  })

  test('a second guess', () => {
    const server = exampleServer()
    server.clientFirst(opening)
    expect(refusal(() => server.clientFinal(Buffer.from('c=biws')))).toMatchObject({ reason: 'malformed' })
    expect(refusal(() => server.clientFinal(proof))).toMatchObject({ reason: 'out-of-order' })
  })

  test('a second end', () => {
    const server = exampleServer()
    server.clientFirst(opening)
    server.clientFinal(proof)
    expect(refusal(() => server.clientFinal(proof))).toMatchObject({ reason: 'out-of-order' })
  })
})

test('two exchanges have different nonces', () => {
  const [one, two] = [1, 2].map(() =>
    scramServer(verifierFor('pencil')).clientFirst(Buffer.from('n,,n=,r=a')),
  )
  expect(one).not.toEqual(two)
})

describe('hostile clients', () => {
  /** Bytes that look like SCRAM often enough to get past the first checks. */
  const piece = fc.oneof(
    fc.constantFrom('n,,', 'y,,', 'p=tls-unique,,', 'n=', 'r=', 'c=biws', 'p=', 'm=', ',', '=', '\0', 'a'),
    fc.constantFrom(RFC_7677.clientNonce, RFC_7677.serverNonce, RFC_7677.clientFirst, RFC_7677.clientFinal),
    fc.base64String(),
    fc.string({ unit: 'binary' }),
  )
  const message = fc.oneof(
    fc.uint8Array({ maxLength: MAX_SCRAM_MESSAGE_BYTES + 10 }),
    fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join(''))),
  )
  const verifier = verifierFor(RFC_7677.password)

  test('whatever comes first is answered or refused, nothing else', () => {
    fc.assert(
      fc.property(message, (bytes) => {
        const error = refusal(() => exampleServer(verifier).clientFirst(bytes))
        expect(error === undefined || error instanceof ScramRefused).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('whatever comes last is refused', () => {
    fc.assert(
      fc.property(message, (bytes) => {
        fc.pre(Buffer.from(bytes).toString('latin1') !== RFC_7677.clientFinal)
        const server = exampleServer(verifier)
        server.clientFirst(Buffer.from(RFC_7677.clientFirst))
        expect(refusal(() => server.clientFinal(bytes))).toBeInstanceOf(ScramRefused)
      }),
      { numRuns: 2000 },
    )
  })

  test('no single byte of either message can be changed, added or lost', () => {
    const change = fc.record({
      which: fc.constantFrom('clientFirst' as const, 'clientFinal' as const),
      at: fc.nat({ max: 200 }),
      byte: fc.nat({ max: 255 }),
      how: fc.constantFrom('change', 'add', 'lose'),
    })
    fc.assert(
      fc.property(change, ({ which, at, byte, how }) => {
        const original = Buffer.from(RFC_7677[which])
        const place = at % original.length
        const kept = original.subarray(place + (how === 'add' ? 0 : 1))
        const put = how === 'lose' ? [] : [byte]
        const changed = Buffer.concat([original.subarray(0, place), Buffer.from(put), kept])
        fc.pre(!changed.equals(original))
        const server = exampleServer(verifier)
        const both = {
          clientFirst: RFC_7677.clientFirst,
          clientFinal: RFC_7677.clientFinal,
          [which]: changed,
        }
        const error = refusal(() => {
          server.clientFirst(Buffer.from(both.clientFirst))
          server.clientFinal(Buffer.from(both.clientFinal))
        })
        expect(error).toBeInstanceOf(ScramRefused)
      }),
      { numRuns: 2000 },
    )
  })

  test('a refusal repeats nothing of what was sent', () => {
    const error = refusal(first('n,a=hunter2,n=hunter2,r=hunter2'))
    expect(String(error)).not.toContain('hunter2')
  })
})

describe('our client at our server', () => {
  test('any password opens its own verifier and no other', async () => {
    const passwords = fc.string({ minLength: 1, maxLength: 20 })
    const salts = fc.uint8Array({ minLength: 8, maxLength: 32 })
    await fc.assert(
      fc.asyncProperty(passwords, passwords, salts, async (password, other, salt) => {
        await meet(password, scramServer(verifierFor(password, salt)))
        const wrong = meet(other === password ? `${other}x` : other, scramServer(verifierFor(password, salt)))
        await expect(wrong).rejects.toMatchObject({ reason: 'wrong-proof' })
      }),
      { numRuns: 25 },
    )
  })
})
