import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { endPointBinding } from '../../src/auth/end-point.ts'
import { certificates } from './fixtures/certificates.ts'

describe('RFC 5929, tls-server-end-point', () => {
  test.each(Object.entries(certificates))('%s', (_name, { hash, der }) => {
    const certificate = Buffer.from(der, 'base64')
    const expected = hash === 'none' ? undefined : createHash(hash).update(certificate).digest()
    expect(endPointBinding(certificate)).toEqual(expected)
  })

  test('INVARIANT (hostile-both-sides): any bytes give a binding or none, and never throw', () => {
    const whole = Buffer.from(certificates['pss-sha512']?.der ?? '', 'base64')
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const changed = Buffer.from(whole)
        changed[at] = byte
        endPointBinding(changed.subarray(0, length))
      }),
      { numRuns: 5000 },
    )
  })
})
