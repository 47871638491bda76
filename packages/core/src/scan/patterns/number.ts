import { DIGIT, digit, hyphenAt, is, separatorAt, skip, spaceAt, WORD } from '../characters.ts'
import type { NumberForm } from '../numbers/form.ts'
import { numberForms } from '../numbers/index.ts'
import type { Pattern } from '../pattern.ts'

/** The most digits of one group: a card in one piece. */
const GROUP_MOST = 19

/** A shape as one number, so that looking for it makes no text: each group's length is five bits. */
const codeOf = (lengths: readonly number[]): number => lengths.reduce((code, length) => code * 32 + length, 0)

const byShape = new Map<number, readonly NumberForm[]>()
/** Shapes and what they begin with: where the groups read so far are none, no form can come of them. */
const beginnings = new Set<number>()
/** Those of one and two groups, where nearly every search ends: 1 for a beginning. */
const shortBeginnings = new Uint8Array(32 * 32)
for (const shape of new Set(numberForms.flatMap(({ shapes }) => shapes))) {
  const lengths = shape.split(' ').map(Number)
  byShape.set(
    codeOf(lengths),
    numberForms.filter(({ shapes }) => shapes.includes(shape)),
  )
  for (let count = 1; count <= lengths.length; count++) {
    const code = codeOf(lengths.slice(0, count))
    if (code < shortBeginnings.length) shortBeginnings[code] = 1
    beginnings.add(code)
  }
}

/** Whether a number can begin with two groups of so many digits: dates, times and addresses end here. */
export const mayBeGroups = (first: number, second: number): boolean =>
  shortBeginnings[first * 32 + Math.min(second, GROUP_MOST + 1)] === 1

/** Numbers of cards, phones and people: digits in groups of certain lengths, and what the forms say of them. */
export const number: Pattern = {
  id: 'number',
  label: 'pii',
  anchors: '0123456789',
  find: (bytes, at, span) => {
    if (!startsHere(bytes, at)) return false
    let to = 0
    let code = 0
    let place = at
    do {
      const end = skip(bytes, place, DIGIT, GROUP_MOST + 1)
      code = code * 32 + (end - place)
      if (code < shortBeginnings.length ? shortBeginnings[code] === 0 : !beginnings.has(code)) break
      const forms = byShape.get(code)
      // The longest that matches counts: what follows after a space may be another number.
      if (forms !== undefined && endsHere(bytes, end) && isForm(forms, bytes, at, end)) to = end
      place = end + separatorAt(bytes, end)
    } while (is(bytes, place, DIGIT))
    if (to === 0) return false
    span.from = at
    span.to = to
    return true
  },
}

const isForm = (forms: readonly NumberForm[], bytes: Uint8Array, from: number, to: number): boolean => {
  const digits: number[] = []
  let separators = ''
  for (let place = from; place < to; ) {
    if (is(bytes, place, DIGIT)) digits.push(digit(bytes, place++))
    else {
      separators += spaceAt(bytes, place) > 0 ? ' ' : hyphenAt(bytes, place) > 0 ? '-' : '.'
      place += separatorAt(bytes, place)
    }
  }
  return forms.some((form) => isSeparatedFor(form, separators) && form.matches(digits))
}

const isSeparatedFor = (form: NumberForm, separators: string): boolean => {
  for (const separator of separators)
    if (!form.separators.includes(separator) || (separator !== separators[0] && form.mixed !== true))
      return false
  return true
}

/** Not inside a word, and not behind another group of the same number (a space may part two numbers). */
const startsHere = (bytes: Uint8Array, at: number): boolean =>
  !is(bytes, at - 1, WORD) &&
  !((bytes[at - 1] === 0x2d || bytes[at - 1] === 0x2e) && is(bytes, at - 2, DIGIT))

const endsHere = (bytes: Uint8Array, to: number): boolean =>
  !is(bytes, to, WORD) && !((bytes[to] === 0x2d || bytes[to] === 0x2e) && is(bytes, to + 1, DIGIT))
