/** What others stumble over and what reads no table or column. Inside a string it does no harm either. */
const stumbling: readonly (readonly [pattern: RegExp, by: string])[] = [
  [/^(insert|replace|update|delete) (?:(?:low_priority|high_priority|delayed|quick|ignore) )+/i, '$1 '],
  [/^delete from (.+?) using /, 'delete $1 from '],
  [/^table ([^ ]+)/, 'select * from $1'],
  [
    /\bselect (?:(?:high_priority|straight_join|sql_[a-z]+_result|sql_no_cache|sql_cache|sql_calc_found_rows) )+/gi,
    'select ',
  ],
  [/\bdistinctrow\b/g, 'distinct'],
  // Canonical `||` joins strings, which both take for OR.
  [/ \|\| /g, ' ^ '],
  [/\(\) values ?\(\)/, 'values (1)'],
  [/\bvalues? (?:row)?\(/gi, 'values ('],
  [/, row\(/gi, ', ('],
  [/ collate (?:[a-z0-9_]+|'[^']*')/gi, ''],
  [/\bas char(\([^()]*\))? (?:charset|character set) [a-z0-9_]+/gi, 'as char$1'],
  [/\b(un)?signed integer\b/gi, '$1signed'],
  [/(?<![`.])\b(?:(?:day|hour|minute|second)_(?:hour|minute|second|microsecond)|year_month)\b/g, 'day'],
  [/(?<![\w.`])\d+(?:\.\d+)?e[+-]?\d+/gi, '1'],
  [/ into @[a-z0-9_.$]+(?:, @[a-z0-9_.$]+)*/g, ''],
  [
    / into (?:outfile|dumpfile) '[^']*'(?: character set [a-z0-9_]+)?(?: (?:fields|columns|lines)(?: (?:terminated|optionally enclosed|enclosed|escaped|starting) by '(?:[^']|'')*')+)*/gi,
    '',
  ],
  [/\b(?:nextval|lastval)\([^()]*\)|\b(?:next|previous) value for (?:[^ ,()]+)/gi, 'rand(1)'],
  [/\bsetval\([^(),]+/gi, 'rand(1'],
  [/ (?:null|error|default (?:'(?:[^']|'')*'|1)) on (?:empty|error)/gi, ''],
  [/\bjson_objectagg\(/gi, 'json_object('],
  [/(?: limit)?(?: rows examined (?:1|\?))/gi, ''],
  [/ partition \([^()]*\)/gi, ''],
  [/ for (update|share) of [^ ,]+(?:, [^ ,]+)*/gi, ' for $1'],
  [/\) as (?:[a-z0-9_$]+|`[^`]+`)(?: \([^()]*\))? on duplicate key/gi, ') on duplicate key'],
]

/** The keys of a GROUP BY that hold no parenthesis; others do not let them be sorted. */
const groupKeys = / group by (?:(?! (?:having|order|limit|with|union|window) )[^()])*/g

/** The tables that a DELETE of several deletes from. */
const doomed = /^delete .*? from /

/** A canonical text without what others stumble over. */
export const smoothed = (text: string): string =>
  stumbling
    .reduce((smoother, [pattern, by]) => smoother.replace(pattern, by), text)
    .replace(doomed, (names) => names.replaceAll('.*', ''))
    .replace(groupKeys, (keys) => keys.replace(/ (?:asc|desc)\b/g, ''))
