import { type Condition, compileCondition } from './conditions/condition.ts'
import type { ConditionPlace } from './conditions/schema.ts'
import { inferenceLevels, type Rule, type RuleBase, type RuleMode, type Unit, units } from './document.ts'
import { Fields } from './fields.ts'
import { parseTransforms } from './parse-transform.ts'
import type { Problem } from './problem.ts'
import type { YamlNode, YamlSource } from './yaml-source.ts'

/** The most of each unit that a limit may name. */
export const maxLimits: Readonly<Record<Unit, number>> = {
  rows: 1_000_000_000,
  bytes: 1_000_000_000_000_000,
  labelled: 1_000_000_000,
}
const maxMessageCharacters = 500

/** What a rule can do. */
export const ruleEffects = ['allow', 'deny', 'mask', 'limit'] as const
type RuleEffect = (typeof ruleEffects)[number]

const common = ['id', 'effect', 'mode', 'when', 'unless']
/** The keys of a rule, by its effect. */
export const ruleKeys: Readonly<Record<RuleEffect, readonly string[]>> = {
  allow: common,
  deny: [...common, 'message'],
  mask: [...common, 'columns', 'with', 'scan', 'inference'],
  limit: [...common, ...units, 'per'],
}

const belongs: Readonly<Record<string, string>> = {
  message: '`message` belongs to rules with `effect: deny`; leave it out',
  columns: '`columns` belongs to rules with `effect: mask`; ask about `statement.columns` in `when`',
  with: '`with` belongs to rules with `effect: mask`; leave it out',
  scan: '`scan` belongs to rules with `effect: mask`; leave it out',
  inference:
    '`inference` belongs to rules with `effect: mask`, or beside `rules` for all of them; move it there',
  rows: '`rows` belongs to rules with `effect: limit`; add a rule of its own',
  bytes: '`bytes` belongs to rules with `effect: limit`; add a rule of its own',
  labelled: '`labelled` belongs to rules with `effect: limit`; add a rule of its own',
  per: '`per` belongs to rules with `effect: limit`; leave it out',
  approvers: '`approvers` belongs to approvals, which are not in this version; leave it out',
}

/** Reads one rule; undefined where something is wrong with it (`problems` then says what). */
export const parseRule = (source: YamlSource, node: YamlNode, problems: Problem[]): Rule | undefined => {
  const before = problems.length
  const fields = new Fields(source, node, problems)
  if (!fields.isMap('write `id`, `effect` and what the effect needs')) return undefined
  const effectNode = fields.required('effect', 'write `effect: allow`, `deny`, `mask` or `limit`')
  const id = parseId(fields)
  if (effectNode?.value === 'hold')
    return fields.wrong(
      effectNode,
      'approvals (`hold`) are not in this version; the closest is `effect: deny` with a `message` that says whom to ask',
    )
  const effect = fields.oneOf(effectNode, ruleEffects)
  if (effect === undefined) return undefined
  fields.only(ruleKeys[effect], belongs)
  const rule = bodies[effect](fields, {
    id: id ?? '',
    mode: fields.oneOf<RuleMode>(fields.optional('mode'), ['enforce', 'observe']) ?? 'enforce',
    ...conditions(fields, effect),
  })
  return problems.length === before ? rule : undefined
}

const parseId = (fields: Fields): string | undefined => {
  const node = fields.required('id', 'name the rule, so that records and messages can cite it')
  const id = fields.text(node, 'name the rule, so that records and messages can cite it')
  if (node === undefined || id === undefined || /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id)) return id
  return fields.wrong(node, 'must be up to 64 letters, digits, `.`, `_` and `-`, e.g. `analysts-read`')
}

const bodies: Readonly<Record<RuleEffect, (fields: Fields, base: RuleBase) => Rule | undefined>> = {
  allow: (_, base) => ({ effect: 'allow', ...base }),
  deny: (fields, base) => {
    if (fields.optional('when') === undefined)
      fields.required('when', "without it everything is refused; write `when: 'true'` if that is meant")
    const message = fields.text(fields.optional('message'), 'say what to do instead')
    const node = fields.optional('message')
    if (node !== undefined && message !== undefined && message.length > maxMessageCharacters)
      fields.wrong(node, `has more than ${maxMessageCharacters} characters; shorten it`)
    return { effect: 'deny', ...base, ...(message === undefined ? {} : { message }) }
  },
  mask: (fields, base) => {
    const columns = condition(
      fields,
      fields.required('columns', 'say which columns, e.g. by `column.labels`'),
      'column',
    )
    if (columns?.always === false) neverFires(fields, 'columns')
    const transforms = parseTransforms(fields)
    if (columns === undefined || transforms === undefined) return undefined
    const scan = fields.oneOf(fields.optional('scan'), ['on', 'off']) === 'on'
    const inference = fields.oneOf(fields.optional('inference'), inferenceLevels)
    return {
      effect: 'mask',
      ...base,
      columns,
      transforms,
      scan,
      ...(inference === undefined ? {} : { inference }),
    }
  },
  limit: (fields, base) => {
    const named = units.filter((unit) => fields.optional(unit) !== undefined)
    if (named.length === 0)
      fields.required('rows', 'write the most `rows`, `bytes` or `labelled` values, e.g. `rows: 1000`')
    const most = Object.fromEntries(
      named.map((unit) => [unit, fields.whole(fields.optional(unit), 1, maxLimits[unit])]),
    ) as Partial<Record<Unit, number>>
    const per = fields.oneOf(fields.optional('per'), ['statement', 'hour']) ?? 'statement'
    return { effect: 'limit', ...base, per, most }
  },
}

const conditions = (fields: Fields, effect: RuleEffect): Pick<RuleBase, 'when' | 'unless'> => {
  const place: ConditionPlace = effect === 'mask' ? 'principal' : 'statement'
  const when = condition(fields, fields.optional('when'), place)
  const unless = condition(fields, fields.optional('unless'), place)
  if (when?.always === false) neverFires(fields, 'when')
  if (unless?.always === true) neverFires(fields, 'unless')
  if (when !== undefined && when.text === unless?.text) neverFires(fields, 'unless')
  return { ...(when === undefined ? {} : { when }), ...(unless === undefined ? {} : { unless }) }
}

const condition = (
  fields: Fields,
  node: YamlNode | undefined,
  place: ConditionPlace,
): Condition | undefined => {
  const text = fields.text(node, 'write a CEL expression in quotes, e.g. `"\'admins\' in principal.groups"`')
  if (node === undefined || text === undefined) return undefined
  const compiled = compileCondition(text, place)
  if ('test' in compiled) return compiled
  for (const fault of compiled) fields.wrongInside(node, fault.offset, fault.message)
  return undefined
}

const neverFires = (fields: Fields, name: string): void => {
  const node = fields.optional(name)
  if (node !== undefined) fields.wrong(node, 'the rule can never fire; remove it or correct this condition')
}
