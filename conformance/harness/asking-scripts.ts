/**
 * Scripts of somebody who sees values of `definersTables` masked and may define what he likes: each makes copies of them, and
 * asks something of these by another way than a condition. What each asks is told apart by the values of the two sides.
 */
export const ASKING_SCRIPTS: readonly (readonly [asked: string, statements: readonly string[]])[] = [
  [
    'what a value is made of, by a call that is a cast to a type of their own',
    [
      "CREATE TYPE guessed AS ENUM ('kzzzz')",
      'CREATE DOMAIN again AS guessed',
      'SELECT guessed(email) FROM people WHERE id = 2',
      'SELECT public.again(email) FROM people WHERE id = 2',
      'SELECT count(guessed(email)) FROM people WHERE id = 2',
    ],
  ],
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
  [
    'what a computed value equals, under the name of a whole one',
    [
      'CREATE TABLE initials AS SELECT id, left(email, 1) AS initial FROM people',
      'CREATE TABLE renamed AS SELECT id, left(email, 1) AS email FROM people',
      "SELECT id FROM renamed WHERE email = 'k'",
      'CREATE TEMPORARY TABLE shadows AS SELECT id, left(email, 1) AS email FROM people',
      "SELECT count(*) FROM shadows WHERE email = 'k'",
    ],
  ],
  [
    'what a computed value equals, by a key that is made of it',
    [
      "CREATE TABLE keyed AS SELECT left(email, 1) AS s FROM people WHERE id = 2 UNION ALL SELECT 'k'",
      'CREATE UNIQUE INDEX ON keyed (s)',
    ],
  ],
  [
    'what a computed value equals, by a constraint that is made of it',
    [
      "CREATE TABLE confined AS SELECT left(email, 1) AS s FROM people WHERE id = 2 UNION ALL SELECT 'k'",
      'ALTER TABLE confined ADD EXCLUDE (s WITH =)',
      'ALTER TABLE confined ADD PRIMARY KEY (s)',
    ],
  ],
  [
    'what a computed value equals, by a foreign key that is made of it',
    [
      "INSERT INTO known VALUES ('k') ON CONFLICT DO NOTHING",
      'CREATE TABLE referring AS SELECT left(email, 1) AS s FROM people WHERE id = 2',
      'ALTER TABLE referring ADD FOREIGN KEY (s) REFERENCES known',
    ],
  ],
  [
    'what a computed value equals, by a key of a table that the open transaction made',
    [
      'BEGIN',
      "CREATE TABLE opened AS SELECT left(email, 1) AS s FROM people WHERE id = 2 UNION ALL SELECT 'k'",
      'ALTER TABLE opened RENAME TO reopened',
      'ALTER TABLE reopened ADD PRIMARY KEY (s)',
      'ROLLBACK',
    ],
  ],
  [
    'what a computed value equals, by an index that the text makes which makes the table',
    [
      'SELECT id FROM people',
      "SELECT left(email, 1) AS s INTO TEMP texted FROM people WHERE id = 2 UNION ALL SELECT 'k'; CREATE UNIQUE INDEX ON texted (s)",
    ],
  ],
  [
    'what a computed value equals, by a foreign key of a table that the open transaction made',
    [
      "INSERT INTO known VALUES ('k') ON CONFLICT DO NOTHING",
      'BEGIN',
      'CREATE TABLE pointing AS SELECT left(email, 1) AS s FROM people WHERE id = 2',
      'ALTER TABLE pointing ADD FOREIGN KEY (s) REFERENCES known',
      'ROLLBACK',
    ],
  ],
  [
    'which of two values is greater, by the part that a table becomes which the open transaction made',
    [
      'BEGIN',
      'CREATE TABLE part AS SELECT email FROM people WHERE id = 2',
      'CREATE TABLE whole (email text) PARTITION BY RANGE (email)',
      "ALTER TABLE whole ATTACH PARTITION part FOR VALUES FROM ('a') TO ('m')",
      'ROLLBACK',
    ],
  ],
  [
    'what a computed value equals, by a key that is there',
    [
      'CREATE TABLE letters AS SELECT left(email, 1) AS s FROM people',
      'CREATE TABLE once (email text UNIQUE)',
      "INSERT INTO once VALUES ('k')",
      'INSERT INTO once SELECT s FROM letters ON CONFLICT DO NOTHING',
    ],
  ],
  [
    'what a range overlaps, by a key that is made of it',
    [
      "CREATE TABLE booked AS SELECT int4range(1, 2) AS room, stay FROM people UNION ALL SELECT '[1,2)', '[2000-01-06,2000-01-07)'",
      'ALTER TABLE booked ADD UNIQUE (room, stay WITHOUT OVERLAPS)',
    ],
  ],
  [
    'what a range overlaps, by a key that is there',
    [
      'CREATE TABLE bookings (room int4range, stay daterange, PRIMARY KEY (room, stay WITHOUT OVERLAPS))',
      "COMMENT ON COLUMN bookings.stay IS 'sluice: pii.stay'",
      "INSERT INTO bookings SELECT '[1,2)', stay FROM people",
    ],
  ],
  [
    'what a range lies in, by a foreign key with a period',
    [
      'CREATE TABLE open (room int4range, day daterange, PRIMARY KEY (room, day WITHOUT OVERLAPS))',
      "INSERT INTO open VALUES ('[1,2)', '[2000-01-02,2000-01-08)')",
      'CREATE TABLE stays AS SELECT int4range(1, 2) AS room, stay FROM people WHERE id = 1',
      'ALTER TABLE stays ADD FOREIGN KEY (room, PERIOD stay) REFERENCES open (room, PERIOD day)',
    ],
  ],
  [
    'how long a value is, by the type of a table of rows',
    [
      'CREATE TYPE contact AS (email text)',
      'CREATE TABLE contacts OF contact',
      'INSERT INTO contacts SELECT email FROM people WHERE id = 1',
      'ALTER TYPE contact ALTER ATTRIBUTE email TYPE varchar(3) CASCADE',
    ],
  ],
  [
    'which of two values is greater, by a table that is made where a trigger wrote another',
    [
      'DROP TABLE audit_log',
      "CREATE TABLE audit_log (body text CHECK (body < 'm'))",
      ...[1, 2, 3].map((id) => `UPDATE accounts SET score = 9 WHERE id = ${id}`),
    ],
  ],
  [
    'which of two values is greater, by a column that is made where a trigger wrote another',
    [
      'ALTER TABLE audit_log DROP body',
      "ALTER TABLE audit_log ADD body text CHECK (body < 'm')",
      ...[1, 2, 3].map((id) => `UPDATE accounts SET score = 10 WHERE id = ${id}`),
    ],
  ],
  [
    'which of two values is greater, by a table that a trigger writes in place of another',
    [
      "CREATE TABLE other.audit_log (body text CHECK (body < 'm'))",
      'UPDATE accounts SET score = 5 WHERE id = 2',
      'SET search_path = other, public',
      'UPDATE accounts SET score = 5 WHERE id = 1',
      'UPDATE accounts SET score = 5 WHERE id = 2',
      'UPDATE accounts SET score = 5 WHERE id = 3',
    ],
  ],
  [
    'how long a value is, by a temporary table that a trigger writes in place of another',
    [
      'CREATE TEMPORARY TABLE audit_log (body varchar(3))',
      ...[1, 2, 3, 4].map((id) => `UPDATE accounts SET score = 6 WHERE id = ${id}`),
    ],
  ],
  [
    'which of two values is greater, by such a table of the same transaction',
    [
      'BEGIN',
      "CREATE TEMPORARY TABLE audit_log (body text CHECK (body < 'm'))",
      'SAVEPOINT s',
      ...[1, 2, 3].flatMap((id) => [`UPDATE accounts SET score = 7 WHERE id = ${id}`, 'ROLLBACK TO s']),
    ],
  ],
  ['anything, where a trigger writes what it was made for', ['UPDATE accounts SET score = 8']],
]
