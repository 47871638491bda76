import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { overrides } from '../src/overrides.ts'
import { defaultLimits } from '../src/schema/limits.ts'
import { config } from './folder.ts'

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? '')
const principals = blocks.find((text) => text.startsWith('# principals.yaml')) ?? ''
const workloads = blocks.find((text) => text.startsWith('# workloads.yaml')) ?? ''
const configurations = blocks.filter((text) => text !== principals && text !== workloads)

/** What the examples name. */
const around = {
  'principals.yaml': principals,
  'workloads.yaml': workloads,
  'policy.yaml': 'version: 1\nrules:\n  - { id: all, effect: allow }',
  'secrets/shop': 'secret',
  'tls/ca.crt': readFileSync(new URL('fixtures/server.crt', import.meta.url), 'utf8'),
}
const env = { SHOP_PASSWORD: 'secret', SLUICE_MASK_KEY: 'x'.repeat(32), OTLP_AUTHORIZATION: 'Bearer t' }

const root = new URL('../../../', import.meta.url)
const elsewhere = [...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`), 'README.md']
  .filter((name) => name.endsWith('.md') && name !== 'docs/configuration.md')
  .flatMap((name) => {
    const text = readFileSync(new URL(name, root), 'utf8')
    const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, example]) => example ?? '')
    return examples
      .filter((example) => /^listeners:/m.test(example))
      .map((example) => [name, example] as const)
  })

describe('whole configurations in other documents', () => {
  test('are there', () => {
    expect(elsewhere.map(([name]) => name)).toEqual(expect.arrayContaining(['README.md', 'docs/mysql.md']))
  })

  test.each(elsewhere)('%s: an example loads: %j', async (_name, text) => {
    const loaded = await config({ ...around, 'sluice.yaml': text }, env)
    expect(loaded.listeners.length).toBeGreaterThan(0)
  })
})

describe('docs/configuration.md', () => {
  test('has examples', () => {
    expect(configurations).toHaveLength(2)
    expect(principals).not.toBe('')
  })

  test.each(configurations)('an example loads: %j', async (text) => {
    const loaded = await config({ ...around, 'sluice.yaml': text }, env)
    expect(loaded.identity[0]).toMatchObject({
      principals: [{ id: 'ana@example.com' }, { onBehalfOf: 'ana@example.com' }],
    })
  })

  test('says what the defaults are', async () => {
    const all = await config({ ...around, 'sluice.yaml': configurations[1] ?? '' }, env)
    expect(all.limits).toEqual(defaultLimits)
    expect(all).toMatchObject({
      listeners: [{ tls: { required: true, clients: { required: false } } }, { socketMode: 0o660 }],
      databases: [
        {
          environment: 'production',
          catalogRefreshSeconds: 30,
          readsWaitFor: 'disk',
          sampleRows: 200,
          upstream: { port: 5432, tls: 'verify-full' },
        },
      ],
      telemetry: { serviceName: 'sluice' },
    })
  })

  test.each(overrides)('names $variable', ({ variable }) => {
    expect(page).toContain(`\`${variable}\``)
  })
})
