import { X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { IdentityProvider } from '@sluice/gateway/ports/identity-provider'
import {
  type CertifiedKey,
  type ClientCertificate,
  issueCertificates,
  issueClientCertificate,
} from '@sluice/testkit/certificates'
import { identityChain } from '../src/chain.ts'
import { IdentityMisconfigured } from '../src/misconfigured.ts'
import { certificateNames } from '../src/providers/certificate/certificate-names.ts'
import { certificateProvider } from '../src/providers/certificate/certificate-provider.ts'

let ca: CertifiedKey
beforeAll(async () => {
  ca = (await issueCertificates()).ca
})

const certificate = async (says: ClientCertificate): Promise<X509Certificate> =>
  new X509Certificate((await issueClientCertificate(ca, says)).cert)

const API = 'spiffe://acme.example/api'

describe('the names in a certificate', () => {
  test('are its SPIFFE id or other URI, DNS names, subject and hash', async () => {
    const one = await certificate({
      commonName: 'api',
      uris: ['https://x.example/y'],
      dnsNames: ['API.internal'],
    })
    const digest = one.fingerprint256.replaceAll(':', '').toLowerCase()
    expect(certificateNames(one)).toEqual(
      new Set(['uri:https://x.example/y', 'dns:api.internal', 'subject:CN=api', `sha256:${digest}`]),
    )
  })

  test('SPIFFE: two URIs make no SPIFFE id', async () => {
    const two = await certificate({ commonName: 'x', uris: [API, 'spiffe://acme.example/other'] })
    expect([...certificateNames(two)].filter((name) => name.startsWith('spiffe:'))).toEqual([])
  })

  test.each([
    'a, URI:spiffe://acme.example/api',
    'a", URI:spiffe://acme.example/api, DNS:"b',
    'a\n, URI:spiffe://acme.example/api',
  ])('one that looks like several (%j) is one', async (dnsName) => {
    const sly = await certificate({ commonName: 'x', dnsNames: [dnsName] })
    expect(certificateNames(sly).has(API)).toBe(false)
  })

  test('a subject that looks like another is not it', async () => {
    const sly = await certificate({ commonName: String.raw`api\,O=Acme` })
    expect(sly.subject).toBe(String.raw`CN=api\,O=Acme`)
    expect(certificateNames(sly).has('subject:CN=api,O=Acme')).toBe(false)
  })
})

const provider = (): IdentityProvider =>
  certificateProvider({
    name: 'mesh',
    principals: [
      { id: 'api', kind: 'workload', groups: ['apps'], certificate: API, expires: 4_000_000_000 },
      { id: 'named', kind: 'human', groups: [], certificate: 'subject:CN=Ana', login: 'ana' },
    ],
    trustDomain: { name: 'acme.example', kind: 'workload', groups: ['mesh'] },
  })

describe('a certificate provider', () => {
  test('proves an entry, until the certificate ends', async () => {
    const notAfter = new Date(Math.floor(Date.now() / 1000) * 1000 + 5000)
    const match = provider().certificate?.(
      await certificate({ commonName: 'x', uris: [API], notAfter }),
      'any',
    )
    const principal = { id: 'api', kind: 'workload', groups: ['apps'], provider: 'mesh' } as const
    const ends = notAfter.getTime() / 1000
    expect(match).toEqual({ principal: { ...principal, expiresAt: ends }, named: false })
    expect(provider().stillValid({ ...principal, expiresAt: ends }, ends - 1)).toBe(true)
    const brief = { id: 'brief', kind: 'human', groups: [], certificate: 'subject:CN=b', expires: 9 } as const
    const soon = certificateProvider({ name: 'brief', principals: [brief] })
    expect(soon.certificate?.(await certificate({ commonName: 'b' }), 'any')?.principal.expiresAt).toBe(9)
    // Of the provider that had this name before.
    expect(provider().stillValid({ ...principal, issuer: 'https://issuer.example' }, 0)).toBe(false)
    expect(provider().stillValid({ ...principal, expiresAt: ends }, ends)).toBe(false)
  })

  test.each<[string, string | undefined]>([
    ['spiffe://acme.example/billing', 'spiffe://acme.example/billing'],
    ['spiffe://acme.example/', undefined],
    ['spiffe://acme.example', undefined],
    ['spiffe://acme.example.evil/api', undefined],
    ['spiffe://sub.acme.example/api', undefined],
  ])('of the trust domain: %s', async (uri, id) => {
    const match = provider().certificate?.(await certificate({ commonName: 'x', uris: [uri] }), 'any')
    expect(match?.principal.id).toBe(id)
  })

  test('an entry with a login is for that login alone, and goes before one without', async () => {
    const ana = await certificate({ commonName: 'Ana' })
    expect(provider().certificate?.(ana, 'ana')).toMatchObject({ principal: { id: 'named' }, named: true })
    expect(provider().certificate?.(ana, 'bob')).toBeUndefined()
    const loose = certificateProvider({
      name: 'loose',
      principals: [{ id: 'anybody', kind: 'human', groups: [], certificate: 'subject:CN=Ana' }],
    })
    const chain = identityChain([loose, provider()])
    expect(chain.certificate?.(ana, 'ana')?.principal.id).toBe('named')
    expect(chain.certificate?.(ana, 'bob')?.principal.id).toBe('anybody')
  })

  test('of several entries that a certificate fits, the one that the login is of goes before those that take any', async () => {
    const both = await certificate({ commonName: 'Ana', uris: [API] })
    expect(provider().certificate?.(both, 'ana')).toMatchObject({ principal: { id: 'named' }, named: true })
    expect(provider().certificate?.(both, 'bob')).toMatchObject({ principal: { id: 'api' }, named: false })
    const named = {
      id: 'named',
      kind: 'human',
      groups: [],
      certificate: 'subject:CN=Ana',
      login: 'ana',
    } as const
    const any = { id: 'api', kind: 'workload', groups: [], certificate: API } as const
    const turned = certificateProvider({ name: 'turned', principals: [named, any] })
    expect(turned.certificate?.(both, 'ana')).toMatchObject({ principal: { id: 'named' }, named: true })
    expect(turned.certificate?.(both, 'bob')).toMatchObject({ principal: { id: 'api' }, named: false })
  })

  test('somebody who is not in the list any more is not valid', () => {
    const gone = { id: 'gone', kind: 'workload', groups: [], provider: 'mesh' } as const
    expect(provider().stillValid(gone, 0)).toBe(false)
    expect(provider().stillValid({ ...gone, id: 'spiffe://acme.example.evil/x' }, 0)).toBe(false)
  })

  test('two entries cannot have one certificate', () => {
    const entry = { kind: 'workload', groups: [], certificate: API } as const
    expect(() =>
      certificateProvider({
        name: 'x',
        principals: [
          { id: 'a', ...entry },
          { id: 'b', ...entry },
        ],
      }),
    ).toThrow(IdentityMisconfigured)
  })
})
