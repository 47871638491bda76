/**
 * Scripts of somebody who sees values of `definersTables` masked and may define what he likes: each makes copies of them, and
 * asks something of these by another way than a condition. What each asks is told apart by the values of the two sides.
 */
export const ASKING_SCRIPTS: readonly (readonly [asked: string, statements: readonly string[]])[] = [
  [
    'which of two values is greater, by what statistics say of their order',
    [
      "CREATE TABLE ordered AS SELECT email FROM people WHERE id = 1 UNION ALL SELECT 'g'",
      'ANALYZE ordered',
      "SELECT correlation FROM pg_stats WHERE tablename = 'ordered'",
    ],
  ],
  [
    'whether two values are alike, by what statistics have of them',
    [
      "CREATE TABLE alike AS SELECT left(email, 1) AS email FROM people WHERE id = 2 UNION ALL SELECT 'k'",
      'ANALYZE alike',
      "SELECT most_common_vals, n_distinct FROM pg_stats WHERE tablename = 'alike'",
      "SELECT attname FROM pg_stats WHERE tablename = 'alike' AND most_common_vals IS NULL",
    ],
  ],
]
