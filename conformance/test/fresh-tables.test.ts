import { afterEach, describe, expect, test } from '@jest/globals'
import { clientSession, filledGateway } from '../harness/filled-gateway.ts'
import { allowAll } from '../harness/gateway.ts'

/** Masked is what is labelled, and `plain` of the schema `staff`, which no name tells. */
const policy = `${allowAll}  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact }
  - { id: staff, effect: mask, columns: "column.schema == 'staff'", with: redact }
`

const { gateway, direct } = filledGateway(
  `
CREATE TABLE people (id int PRIMARY KEY, email text);
CREATE FUNCTION told(v text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT v';
CREATE SCHEMA staff;
CREATE TABLE staff.job (id int, plain text);
INSERT INTO staff.job VALUES (1, 'rosebud'), (2, 'rosary');
CREATE TABLE staff.codes (plain text PRIMARY KEY);
CREATE TABLE staff.parts (id int, plain text) PARTITION BY LIST (id);
`,
  { policy, principals: { rita: { groups: ['admins'] } } },
)

const rita = clientSession(gateway, 'rita')

afterEach(async () => {
  await direct().query('DROP TABLE IF EXISTS public.job')
})

const JOB = `CREATE TABLE job (id int PRIMARY KEY, plain text, email text, done timestamptz, kind text DEFAULT 'new',
  at timestamptz NOT NULL DEFAULT now())`
const REFUSED = { code: '42501', message: expect.stringMatching(/sluice:(?:masked-flow|inference)/) }

describe('to whom something is masked, a table of the open transaction may get', () => {
  test.each([
    [
      'one by a column that has a default',
      "CREATE INDEX ON job (at) WHERE kind = 'new' AND at > '2020-01-01'",
    ],
    ['a part of an index', 'CREATE INDEX ON job (plain) WHERE done IS NULL'],
    ['an index of a part', 'CREATE UNIQUE INDEX ON job (lower(plain), id)'],
    ['a check', 'ALTER TABLE job ADD CONSTRAINT c CHECK (id > 0 AND plain ~ $$^a$$)'],
    ['checks', "ALTER TABLE job ADD CHECK (id > 0), ADD CHECK (plain <> '')"],
  ])('%s', async (_, text) => {
    await rita().query('BEGIN')
    await rita().query(JOB)
    await rita().query('CREATE INDEX ON job (id) WHERE done IS NOT NULL')
    await rita().query('CREATE TABLE task (id int)')
    await rita().query(text)
    await rita().query('ROLLBACK')
    await rita().query(`${JOB}; CREATE INDEX ON job (done) WHERE done IS NULL; ${text}`)
    const { rows } = await direct().query(
      "SELECT count(*)::int AS n FROM pg_index WHERE indrelid = 'job'::regclass",
    )
    expect(rows[0].n).toBeGreaterThan(1)
  })
})

describe('INVARIANT (no-unproven-column): refused is', () => {
  test.each([
    ['what is masked by its name', [JOB], 'CREATE UNIQUE INDEX ON job (left(email, 1))'],
    ['a check of it', [JOB], "ALTER TABLE job ADD CHECK (email ~ '^a')"],
    ['what code of the users makes', [JOB], 'CREATE UNIQUE INDEX ON job (told(plain))'],
    [
      'what is computed',
      ['CREATE TABLE job (id int, email text, plain text GENERATED ALWAYS AS (left(email, 1)) STORED)'],
      'CREATE UNIQUE INDEX ON job (lower(plain))',
    ],
    [
      'what a foreign key brings',
      ['CREATE TABLE job (id int, plain text REFERENCES staff.codes (plain) ON UPDATE CASCADE)'],
      'CREATE UNIQUE INDEX ON job (left(plain, 1))',
    ],
    [
      'what a foreign key of the table brings',
      [
        'CREATE TABLE job (id int, plain text, FOREIGN KEY (plain) REFERENCES staff.codes (plain) ON UPDATE CASCADE)',
      ],
      'CREATE UNIQUE INDEX ON job (left(plain, 1))',
    ],
    [
      'what one brings that came behind it',
      [
        'CREATE TABLE job (id int, plain text)',
        'ALTER TABLE job ADD FOREIGN KEY (plain) REFERENCES staff.codes (plain) ON UPDATE CASCADE',
      ],
      'CREATE UNIQUE INDEX ON job (left(plain, 1))',
    ],
    [
      'what a default brings',
      ["CREATE TABLE job (id int, plain text DEFAULT told('x'))"],
      'CREATE UNIQUE INDEX ON job (left(plain, 1))',
    ],
    [
      'a table behind one that is gone',
      [
        'SET search_path = public, staff',
        'CREATE TABLE public.job (id int, plain text)',
        'DROP TABLE public.job',
      ],
      'CREATE UNIQUE INDEX ON job (left(plain, 1))',
    ],
    [
      'one behind what was taken back',
      [
        'SAVEPOINT s',
        'CREATE TABLE public.job (id int, plain text)',
        'ROLLBACK TO s',
        'SET search_path = public, staff',
      ],
      'CREATE UNIQUE INDEX ON job (left(plain, 1))',
    ],
    [
      'one of another schema',
      ['CREATE TABLE public.job (id int, plain text)'],
      'CREATE UNIQUE INDEX ON staff.job (left(plain, 1))',
    ],
    [
      'one that has its name',
      [
        'CREATE TABLE public.job (id int, plain text)',
        'DROP TABLE public.job',
        'ALTER TABLE staff.job SET SCHEMA public',
      ],
      'CREATE UNIQUE INDEX ON public.job (left(plain, 1))',
    ],
    [
      'one that is a part of another',
      [
        'CREATE TABLE public.job (id int, plain text)',
        'ALTER TABLE staff.parts ATTACH PARTITION public.job FOR VALUES IN (1)',
      ],
      'CREATE UNIQUE INDEX ON public.job (left(plain, 1))',
    ],
    [
      'one that was made as another',
      [
        'CREATE TABLE public.job (id int, email text)',
        'CREATE TABLE IF NOT EXISTS public.job (id int, email int)',
      ],
      'CREATE UNIQUE INDEX ON public.job (left(email::text, 1))',
    ],
    [
      'a part of one that is there',
      ['CREATE TABLE staff.job2 PARTITION OF staff.parts FOR VALUES IN (1)'],
      'CREATE UNIQUE INDEX ON staff.job2 (left(plain, 1))',
    ],
    [
      'one made of another',
      ['CREATE TABLE job (LIKE staff.job)'],
      'CREATE UNIQUE INDEX ON job (left(plain, 1))',
    ],
    [
      'a child of another',
      ['CREATE TABLE job (more int) INHERITS (staff.job)'],
      'CREATE UNIQUE INDEX ON job (left(plain, 1))',
    ],
  ])('%s', async (_, before, text) => {
    for (const first of ['', 'CREATE TABLE other (id int)']) {
      await rita().query('BEGIN')
      if (first) await rita().query(first)
      let refused: unknown
      for (const one of [...before, text])
        await rita()
          .query(one)
          .catch((error: unknown) => {
            refused ??= error
          })
      expect(refused).toMatchObject(REFUSED)
      await rita().query('ROLLBACK')
    }
  })
})
