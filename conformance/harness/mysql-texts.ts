import type { Chance } from '@sluice/testkit/chance'

/** Statements that show what is masked, of `people`, or write `frozen`. */
const WHOLE = [
  'SELECT email FROM people',
  "SELECT people.email, 'x' FROM people",
  'SELECT * FROM people WHERE id = 1',
  'SELECT concat(email, \'x\', "y") AS c FROM people',
  'SELECT x.email FROM (SELECT * FROM people) x',
  'WITH w AS (SELECT email e FROM people) SELECT e FROM w',
  'SELECT note FROM people UNION SELECT email FROM people',
  "SELECT (SELECT max(email) FROM people), 'it''s'",
  'SELECT frozen.note, email FROM frozen, people',
  'SELECT * FROM frozen NATURAL JOIN people',
  "SELECT 'a', email -- '\n FROM people",
  'SELECT id /*! , email */ FROM people',
  'SELECT id /*!50101 , email */ FROM people',
  "SELECT 'a\\', email FROM people -- '",
  'SELECT "a\\", email FROM people -- "',
  'SELECT 1; SELECT email FROM people # tail',
  "SELECT note || email, 'q' FROM people",
  'SELECT CASE WHEN id = 1 THEN email ELSE note END `a``b` FROM people',
  'SELECT DISTINCT people.email FROM people',
  "UPDATE frozen SET note = 'x' WHERE id = 1",
  "UPDATE LOW_PRIORITY frozen SET note = 'x'",
  'UPDATE IGNORE frozen f, people p SET f.note = 7 WHERE f.id = p.id',
  'DELETE FROM frozen',
  'DELETE f FROM people p JOIN frozen f USING (id)',
  "INSERT INTO frozen VALUES (7, 'x')",
  "INSERT HIGH_PRIORITY frozen SET id = 8, note = 'x'",
  'REPLACE INTO frozen SELECT id, 5 FROM people',
  "REPLACE LOW_PRIORITY frozen VALUES (1, 'z')",
  "SELECT 1; DELETE FROM frozen WHERE note <> 'x'",
  '/*! UPDATE frozen SET note = 7 */',
]

/** What stands between words, and what does not but looks as if it did, or the other way round. */
const BETWEEN = [
  '',
  ' ',
  '\n',
  '\t',
  '\u00a0',
  '. ',
  '.',
  ' .',
  '.`',
  '/**/',
  './**/',
  ' /*! ',
  '/*!50101 ',
  '/*!999999 ',
  ' */ ',
  ' -- \n',
  '--\n',
  '--',
  '#\n',
  ';',
]

/** What begins, ends or is a token, and what is a token in some settings only. */
const PIECES = [
  "'",
  '"',
  '`',
  '\\',
  "\\'",
  "''",
  '"x"',
  "'x'",
  '`x`',
  '/*',
  '*/',
  '/*!',
  '/*M!',
  '/*!100100 ',
  '--',
  '#',
  ';',
  ',',
  '.',
  '(',
  ')',
  '@v',
  '@`v`',
  '||',
  '&&',
  '!',
  ':=',
  '{',
  '}',
  '1',
  '1e',
  '1e5',
  '.5',
  '0x41',
  "x'41'",
  "b'1'",
  "N'x'",
  "_latin1'x'",
  "_gbk'x'",
  'ä',
  '\u0000',
  ' email',
  ' people',
  ' frozen',
  ' AS email',
  ' FROM',
]

/** A text that begins as a statement and is changed here and there; most such texts are none. */
export function strangeText(chance: Chance): string {
  let text = chance.pick(WHOLE)
  for (let left = chance.between(1, 3); left > 0; left -= 1) text = changed(text, chance)
  return text
}

function changed(text: string, chance: Chance): string {
  if (chance.often(60)) {
    const gaps = [...text.matchAll(/ /g)].map(({ index }) => index)
    const gap = chance.pick([...gaps, text.length])
    return text.slice(0, gap) + chance.pick(BETWEEN) + text.slice(gap + 1)
  }
  const at = chance.below(text.length + 1)
  const gone = chance.often(40) ? chance.between(1, 2) : 0
  return text.slice(0, at) + (gone > 0 && chance.often(50) ? '' : chance.pick(PIECES)) + text.slice(at + gone)
}
