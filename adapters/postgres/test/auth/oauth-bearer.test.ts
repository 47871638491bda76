import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { BearerRefused, readBearer } from '../../src/auth/oauth-bearer.ts'

const at = '\u0001'
const read = (text: string): string | undefined => readBearer(Buffer.from(text, 'latin1'))

describe('the client’s message of RFC 7628', () => {
  test.each<[string, string, string | undefined]>([
    ['as libpq sends it', `n,,${at}auth=Bearer a.b-c_d~e+f/g==${at}${at}`, 'a.b-c_d~e+f/g=='],
    ['with host and port', `n,,${at}host=h${at}port=1${at}auth=Bearer abc${at}${at}`, 'abc'],
    ['with the scheme in small letters', `n,,${at}auth=bearer abc${at}${at}`, 'abc'],
    ['of a client that could bind', `y,,${at}auth=Bearer abc${at}${at}`, 'abc'],
    ['without a token', `n,,${at}auth=${at}${at}`, undefined],
  ])('%s', (_name, text, token) => {
    expect(read(text)).toBe(token)
  })

  test.each<[string, string]>([
    ['empty', ''],
    ['that asks for channel binding', `p=tls-server-end-point,,${at}auth=Bearer abc${at}${at}`],
    ['that would be somebody else', `n,a=dora,${at}auth=Bearer abc${at}${at}`],
    ['without an authorization', `n,,${at}host=h${at}${at}`],
    ['with two', `n,,${at}auth=Bearer abc${at}auth=Bearer def${at}${at}`],
    ['with another scheme', `n,,${at}auth=Basic abc${at}${at}`],
    ['with a token that holds a space', `n,,${at}auth=Bearer a b${at}${at}`],
    ['with a token of nothing', `n,,${at}auth=Bearer ${at}${at}`],
    ['with a token that holds a zero byte', `n,,${at}auth=Bearer a\0b${at}${at}`],
    ['that does not end', `n,,${at}auth=Bearer abc${at}`],
    ['that goes on behind its end', `n,,${at}auth=Bearer abc${at}${at}x`],
    ['with a key of digits', `n,,${at}1=2${at}auth=Bearer abc${at}${at}`],
    ['with a pair without a value', `n,,${at}auth${at}${at}`],
  ])('INVARIANT (no-unread-bytes): one %s is refused', (_name, text) => {
    expect(() => read(text)).toThrow(BearerRefused)
  })

  test('any bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          readBearer(Buffer.from(bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(BearerRefused)
        }
      }),
    )
  })
})
