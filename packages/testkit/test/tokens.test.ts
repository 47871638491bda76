import { describe, expect, test } from '@jest/globals'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { createTokenIssuer, type TokenAlgorithm } from '../src/tokens.ts'

const identity = { issuer: 'https://issuer.test', audience: 'sluice' }

describe('createTokenIssuer', () => {
  test.each<TokenAlgorithm>(['EdDSA', 'ES256'])(
    'signs %s tokens that its key set verifies',
    async (algorithm) => {
      const issuer = await createTokenIssuer({ ...identity, algorithm })
      const token = await issuer.sign('ana', { groups: ['analysts'] }, 60)
      const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [...issuer.jwks.keys] }), identity)
      expect(payload).toMatchObject({ sub: 'ana', iss: identity.issuer, aud: 'sluice', groups: ['analysts'] })
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60)
      expect(JSON.stringify(issuer.jwks)).not.toContain('"d"')
    },
  )

  test('a token of another issuer is refused', async () => {
    const [one, other] = await Promise.all([createTokenIssuer(identity), createTokenIssuer(identity)])
    const keys = createLocalJWKSet({ keys: [...one.jwks.keys] })
    await expect(jwtVerify(await other.sign('ana'), keys)).rejects.toThrow(/signature/)
  })
})
