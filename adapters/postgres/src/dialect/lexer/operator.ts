import { Unreadable } from '@sluice/reading/unreadable'
import { classOf, OPERATOR, STICKY } from './char.ts'

/** PostgreSQL's NAMEDATALEN: identifiers and operators hold fewer bytes than this. */
export const NAMEDATALEN = 64

/**
 * The end of the operator at `at`, by the three rules of scan.l (`{operator}`): the longest run of operator
 * characters; cut where a comment starts inside it; without trailing `+` and `-` unless the run holds one of
 * `~ ! @ # ^ & | ? %` or a backquote. Throws Unreadable for a run that is longer than an operator may be: of signs alone
 * the server makes one operator each, and looks at all that are left for each of them.
 */
export const operatorEnd = (text: string, at: number): number => {
  let end = at
  let sticky = false
  for (;;) {
    const code = text.charCodeAt(end)
    const bits = classOf(code)
    if ((bits & OPERATOR) === 0) break
    if (end > at) {
      const next = text.charCodeAt(end + 1)
      if ((code === 47 && next === 42) || (code === 45 && next === 45)) break
    }
    if ((bits & STICKY) !== 0) sticky = true
    end++
    if (end - at >= NAMEDATALEN) throw new Unreadable('an operator is longer than 63 characters')
  }
  if (!sticky)
    while (end - at > 1) {
      const last = text.charCodeAt(end - 1)
      if (last !== 43 && last !== 45) break
      end--
    }
  return end
}
