import { inferenceLevels, type PolicyDocument, type Rule } from './document.ts'
import { Fields } from './fields.ts'
import { parseRule } from './parse-rule.ts'
import { type Loaded, type Problem, sortProblems } from './problem.ts'
import { readYaml, type YamlNode, type YamlSource } from './yaml-source.ts'

/** A policy with more rules is refused: every one of them is asked about every new statement. */
export const maxRules = 500

/** Reads a policy: a document whose every condition is checked, or all that is wrong with the text. Never throws. */
export const parsePolicy = (text: string, file: string): Loaded<PolicyDocument> => {
  const source = readYaml(text, file)
  if (source.problems.length > 0) return { ok: false, problems: sortProblems(source.problems) }
  const problems: Problem[] = []
  const fields = new Fields(source, source.root, problems)
  if (!fields.isMap('write `version: 1` and a list of `rules`')) return { ok: false, problems }
  fields.only(['version', 'inference', 'rules'])
  const version = fields.required('version', 'write `version: 1`')
  if (version !== undefined && version.value !== 1)
    fields.wrong(version, 'this version of the product reads `version: 1`; write `version: 1`')
  const inference = fields.oneOf(fields.optional('inference'), inferenceLevels) ?? 'balanced'
  const list = fields.required('rules', 'write a list of rules')
  const rules = list === undefined ? [] : parseRules(source, fields, list, problems)
  if (problems.length > 0) return { ok: false, problems: sortProblems(problems) }
  return { ok: true, value: { version: 1, inference, rules, text } }
}

const parseRules = (
  source: YamlSource,
  fields: Fields,
  list: YamlNode,
  problems: Problem[],
): readonly Rule[] => {
  if (list.kind !== 'list') {
    fields.wrong(list, 'must be a list; write `- id: …` for each rule')
    return []
  }
  if (list.items.length > maxRules) {
    fields.wrong(list, `has more than ${maxRules} rules; merge some`)
    return []
  }
  const before = problems.length
  const rules = list.items
    .map((item) => parseRule(source, item, problems))
    .filter((rule) => rule !== undefined)
  for (const problem of duplicates(source, list)) problems.push(problem)
  // INVARIANT (deny-by-default): a policy that allows nothing is a mistake, and refuses to load.
  if (problems.length === before && !rules.some((rule) => rule.effect === 'allow' && rule.mode === 'enforce'))
    fields.wrong(list, 'the policy allows nothing; add a rule with `effect: allow`')
  return rules
}

const duplicates = (source: YamlSource, list: YamlNode): readonly Problem[] => {
  const seen = new Set<unknown>()
  return list.items.flatMap((item) => {
    const id = item.entries.find((entry) => entry.key.name === 'id')?.node
    if (id === undefined || typeof id.value !== 'string') return []
    if (!seen.has(id.value)) {
      seen.add(id.value)
      return []
    }
    return [source.problem(id, `\`${id.value}\` is the id of an earlier rule; give each rule its own`)]
  })
}
