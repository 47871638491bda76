import { Fields } from '@sluice/core/policy/fields'
import { type Loaded, type Problem, sortProblems } from '@sluice/core/policy/problem'
import { readYaml, type YamlNode, type YamlSource } from '@sluice/core/policy/yaml-source'
import { maxNamedFileBytes } from './resolve/files.ts'

/** One entry of a principals file. */
export type StaticPrincipal = {
  /** Unique in the file: what policy and record call the principal. */
  readonly id: string
  readonly kind: 'human' | 'workload' | 'agent'
  readonly groups: readonly string[]
  /** Unique in the file: the user name that the client gives. */
  readonly login: string
  /** `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`: proves a password, is none. */
  readonly verifier: string
  /** `*<40 hexadecimal digits>` or `SHA-256-TWICE$<64 hexadecimal digits>`: stored forms of the same password. */
  readonly hashes?: readonly string[]
  /** Seconds since the epoch; absent: does not expire. */
  readonly expires?: number
  /** For an agent: the `id` in this file of the one it acts for. */
  readonly onBehalfOf?: string
  readonly agent?: { readonly name: string; readonly model?: string; readonly runId?: string }
}

/** One entry of the principals file of a `certificate` provider. */
export type CertificatePrincipal = Omit<StaticPrincipal, 'login' | 'verifier' | 'hashes'> & {
  /** Unique in the file: the name in the certificate, e.g. `spiffe://acme.example/api` or `dns:api.internal`. */
  readonly certificate: string
  /** The user name that the client must give; absent: any that has no password. */
  readonly login?: string
  /** A password that must be proven too. */
  readonly verifier?: string
}

/** More principals than this belong into an identity provider. */
export const maxPrincipals = 10_000
/** Room for as many, each with its verifier, a stored hash and a few groups. */
const principalsSize = { characters: maxNamedFileBytes, values: 40 * maxPrincipals }

const verifierForm = /^SCRAM-SHA-256\$[1-9][0-9]{0,9}:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$/
const makeOne = 'make one with `sluice verifier`'

/** Reads a principals file: a map with one list, `principals`. Says all that is wrong at once. Never throws. */
export const parsePrincipals = (text: string, file: string): Loaded<readonly StaticPrincipal[]> =>
  parseFile(text, file, parseEntry, ['id', 'login'])

/** Reads the principals file of a `certificate` provider, in the same way. */
export const parseCertificatePrincipals = (
  text: string,
  file: string,
): Loaded<readonly CertificatePrincipal[]> => parseFile(text, file, parseCertified, ['id', 'certificate'])

type Entry = { readonly id: string; readonly onBehalfOf?: string }
type ParseEntry<E> = (source: YamlSource, node: YamlNode, problems: Problem[]) => E | undefined

const parseFile = <E extends Entry>(
  text: string,
  file: string,
  parse: ParseEntry<E>,
  keys: readonly string[],
): Loaded<readonly E[]> => {
  const source = readYaml(text, file, principalsSize)
  if (source.problems.length > 0) return { ok: false, problems: sortProblems(source.problems) }
  const problems: Problem[] = []
  const fields = new Fields(source, source.root, problems)
  if (!fields.isMap('write a list under `principals:`')) return { ok: false, problems }
  fields.only(['principals'])
  const list = fields.required('principals', 'write a list under `principals:`')
  const entries = list === undefined ? [] : entriesOf(source, fields, list, problems, parse, keys)
  return problems.length > 0 ? { ok: false, problems: sortProblems(problems) } : { ok: true, value: entries }
}

const entriesOf = <E extends Entry>(
  source: YamlSource,
  fields: Fields,
  list: YamlNode,
  problems: Problem[],
  parse: ParseEntry<E>,
  keys: readonly string[],
): readonly E[] => {
  if (list.kind !== 'list' || list.items.length > maxPrincipals) {
    fields.wrong(list, `must be a list of up to ${maxPrincipals} entries; write \`- id: …\` for each`)
    return []
  }
  const entries = list.items.map((node) => parse(source, node, problems))
  for (const key of keys) unique(source, list, key, problems)
  const ids = new Set(entries.map((entry) => entry?.id))
  for (const [index, entry] of entries.entries()) {
    const node = list.items[index]
    if (node === undefined || entry?.onBehalfOf === undefined || ids.has(entry.onBehalfOf)) continue
    const at = new Fields(source, node, problems)
    at.wrong(
      at.optional('onBehalfOf') ?? node,
      `\`${entry.onBehalfOf}\` is no \`id\` of this file; add it or correct it`,
    )
  }
  return entries.filter((entry) => entry !== undefined)
}

const noPassword = {
  password: `a password does not stand in a file; put its verifier under \`verifier\`: ${makeOne}`,
}

const parseEntry: ParseEntry<StaticPrincipal> = (source, node, problems) => {
  const before = problems.length
  const fields = new Fields(source, node, problems)
  if (!fields.isMap('write `id`, `kind`, `login` and `verifier`')) return undefined
  fields.only([...personKeys, 'login', 'verifier', 'hashes'], noPassword)
  const person = parsePerson(source, fields, problems)
  const login = fields.text(
    fields.required('login', 'give the user name that the client sends'),
    'give a user name',
  )
  const verifier = parseVerifier(fields)
  const hashes = parseHashes(fields)
  if (problems.length > before || person === undefined) return undefined
  if (login === undefined || verifier === undefined) return undefined
  return { ...person, login, verifier, ...(hashes === undefined ? {} : { hashes }) }
}

const certificateForm = /^(spiffe:\/\/\S+|(uri|dns|email):\S+|subject:\S.*|sha256:[0-9a-f]{64})$/

const parseCertified: ParseEntry<CertificatePrincipal> = (source, node, problems) => {
  const before = problems.length
  const fields = new Fields(source, node, problems)
  if (!fields.isMap('write `id`, `kind` and `certificate`')) return undefined
  fields.only([...personKeys, 'certificate', 'login', 'verifier'], noPassword)
  const person = parsePerson(source, fields, problems)
  const hint = 'write e.g. `spiffe://acme.example/api`, `dns:api.internal` or `subject:CN=api`'
  const named = fields.required('certificate', hint)
  const certificate = fields.text(named, hint)
  if (named !== undefined && certificate !== undefined && !certificateForm.test(certificate))
    fields.wrong(named, `is no name of a certificate; ${hint}`)
  const login = fields.text(fields.optional('login'), 'give a user name')
  const verifier = fields.optional('verifier') === undefined ? undefined : parseVerifier(fields)
  if (problems.length > before || person === undefined || certificate === undefined) return undefined
  return {
    ...person,
    certificate,
    ...(login === undefined ? {} : { login }),
    ...(verifier === undefined ? {} : { verifier }),
  }
}

const personKeys = ['id', 'kind', 'groups', 'expires', 'onBehalfOf', 'agent']

/** What every principal has, however it proves itself. */
const parsePerson = (
  source: YamlSource,
  fields: Fields,
  problems: Problem[],
): Omit<StaticPrincipal, 'login' | 'verifier'> | undefined => {
  const id = fields.text(
    fields.required('id', 'name the principal, e.g. `ana@example.com`'),
    'name the principal',
  )
  const kinds = ['human', 'workload', 'agent'] as const
  const kind = fields.oneOf(fields.required('kind', 'write `human`, `workload` or `agent`'), kinds)
  const expires = parseExpires(fields)
  const onBehalfOf = fields.text(fields.optional('onBehalfOf'), 'give the `id` of the one it acts for')
  const agent = parseAgent(source, fields, problems)
  for (const key of ['onBehalfOf', 'agent']) {
    const given = fields.optional(key)
    if (given !== undefined && kind !== undefined && kind !== 'agent')
      fields.wrong(given, `a ${kind} acts for nobody; write \`kind: agent\`, or leave this out`)
  }
  const groups = parseGroups(fields)
  if (id === undefined || kind === undefined) return undefined
  return {
    id,
    kind,
    groups,
    ...(expires === undefined ? {} : { expires }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    ...(agent === undefined ? {} : { agent }),
  }
}

/** The text itself is never repeated: somebody may have put a password there. */
const parseVerifier = (fields: Fields): string | undefined => {
  if (fields.optional('password') !== undefined && fields.optional('verifier') === undefined) return undefined
  const node = fields.required('verifier', makeOne)
  if (node === undefined) return undefined
  if (typeof node.value === 'string' && node.value.length <= 512 && verifierForm.test(node.value))
    return node.value
  return fields.wrong(node, `is no verifier (\`SCRAM-SHA-256$<iterations>:…\`); ${makeOne}`)
}

const hashForm = /^(\*[0-9A-Fa-f]{40}|SHA-256-TWICE\$[0-9A-Fa-f]{64})$/
const hashHint = 'write `*<40 hexadecimal digits>` or `SHA-256-TWICE$<64 hexadecimal digits>`'

/** The texts themselves are never repeated, as with a verifier. */
const parseHashes = (fields: Fields): readonly string[] | undefined => {
  const node = fields.optional('hashes')
  if (node === undefined) return undefined
  if (node.kind !== 'list') return fields.wrong(node, `must be a list; ${hashHint}`)
  return node.items.map((item) => {
    if (typeof item.value === 'string' && hashForm.test(item.value)) return item.value
    return fields.wrong(item, `is no stored hash; ${hashHint}`) ?? ''
  })
}

const parseExpires = (fields: Fields): number | undefined => {
  const node = fields.optional('expires')
  if (node === undefined) return undefined
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/
  const text = typeof node.value === 'string' && form.test(node.value) ? node.value : ''
  const at = Date.parse(text)
  if (!Number.isNaN(at) && isDay(text)) return Math.floor(at / 1000)
  return fields.wrong(node, 'is no time; write e.g. `2027-01-31` or `2027-01-31T12:00:00Z`')
}

/** A day that its month does not have is read as one of the next month. */
const isDay = (text: string): boolean => {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number)
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

const parseGroups = (fields: Fields): readonly string[] => {
  const node = fields.optional('groups')
  if (node === undefined) return []
  if (node.kind === 'list') return node.items.map((item) => fields.text(item, 'name a group') ?? '')
  fields.wrong(node, 'must be a list; write e.g. `[analysts]`')
  return []
}

const parseAgent = (source: YamlSource, fields: Fields, problems: Problem[]): StaticPrincipal['agent'] => {
  const node = fields.optional('agent')
  if (node === undefined) return undefined
  const agent = new Fields(source, node, problems)
  if (!agent.isMap('write `name`, and `model` and `runId` if you know them')) return undefined
  agent.only(['name', 'model', 'runId'])
  const name = agent.text(agent.required('name', 'name the agent'), 'name the agent')
  const model = agent.text(agent.optional('model'), 'name the model')
  const runId = agent.text(agent.optional('runId'), 'name the run')
  if (name === undefined) return undefined
  return { name, ...(model === undefined ? {} : { model }), ...(runId === undefined ? {} : { runId }) }
}

const unique = (source: YamlSource, list: YamlNode, key: string, problems: Problem[]): void => {
  const seen = new Set<unknown>()
  for (const item of list.items) {
    const fields = new Fields(source, item, problems)
    const node = fields.optional(key)
    if (node === undefined || typeof node.value !== 'string') continue
    if (seen.has(node.value))
      fields.wrong(node, `\`${node.value}\` stands in an earlier entry; give each its own`)
    seen.add(node.value)
  }
}
