import { type DateUnit, dateUnits } from '../transform.ts'
import { REVEALS_NULLNESS, type SpecOf, type TransformDefinition } from './definition.ts'
import { REDACTED } from './redact.ts'

const DAY = '(\\d{4})-(\\d{2})-(\\d{2})'
const ISO = new RegExp(
  `^${DAY}(?:([ T])(\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.\\d{1,9})?)?(Z|[+-]\\d{2}(?::?\\d{2}(?::?\\d{2})?)?)?)?$`,
)

/**
 * A date or a moment becomes the first of its unit: `1984-07-19` by year is `1984-01-01`. ISO 8601 with a space or a
 * `T`; a moment with an offset is first brought to UTC. What is no such date is redacted.
 */
export const date: TransformDefinition<SpecOf<'date'>> = {
  kind: 'date',
  reveals: ({ unit }) => ({ ...REVEALS_NULLNESS, date: dateUnits.indexOf(unit) + 1 }),
  compile:
    ({ unit }) =>
    (text) => {
      const match = text.length > 40 ? null : ISO.exec(text)
      if (match === null) return REDACTED
      const [, year = '', month = '', day = '', between, hour = '0', minute = '0', , zone] = match
      const at = Date.UTC(Number(year), Number(month) - 1, Number(day))
      // Years below 100 mean others to `Date.UTC`, and 31 February rolls over: neither is a date to tell anything of.
      if (new Date(at).toISOString().slice(0, 10) !== `${year}-${month}-${day}`) return REDACTED
      const moved = new Date(at + (Number(hour) * 60 + Number(minute) - offsetMinutes(zone)) * 60_000)
      const first = startOf(unit, zone === undefined ? new Date(at) : moved)
      if (first === null) return REDACTED
      if (between === undefined) return first
      return `${first}${between}00:00:00${zone === undefined ? '' : zone === 'Z' ? 'Z' : '+00'}`
    },
}

const offsetMinutes = (zone: string | undefined): number => {
  const match = /^([+-])(\d{2}):?(\d{2})?/.exec(zone ?? '')
  if (match === null) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? '0')
  return match[1] === '-' ? -minutes : minutes
}

const startOf = (unit: DateUnit, at: Date): string | null => {
  const [year = '', month = '', day = ''] = at.toISOString().slice(0, 10).split('-')
  if (!/^\d{4}$/.test(year)) return null
  if (unit === 'day') return `${year}-${month}-${day}`
  if (unit === 'month') return `${year}-${month}-01`
  if (unit === 'year') return `${year}-01-01`
  const decade = `${year.slice(0, 3)}0`
  return decade === '0000' ? null : `${decade}-01-01`
}
