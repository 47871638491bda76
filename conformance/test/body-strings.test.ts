import { describe, expect, test } from '@jest/globals'
import { filledGateway } from '../harness/filled-gateway.ts'
import { RawClient } from '../harness/raw-client.ts'

/** The text of the function is one string, or two with a query between them. */
const schema = `
CREATE TABLE people (id integer, email text);
INSERT INTO people VALUES (1, 'ann@sentinel.example');
CREATE ROLE quiet;
CREATE FUNCTION quotes() RETURNS text LANGUAGE sql AS $$ SELECT '\\'' || (SELECT email FROM people) --' $$;
`
const policy = `
version: 1
rules:
  - { id: use, effect: allow }
  - id: as-oneself
    effect: deny
    when: "principal.kind == 'agent' && statement.effects.exists(e, e == 'admin')"
  - id: pii
    effect: mask
    columns: "column.name == 'email'"
    with: redact
    unless: "principal.id == 'dora@example.com' || principal.kind == 'agent'"
`

const { gateway } = filledGateway(schema, { policy })

const SENTINEL = /sentinel/i

/** What the last of these says to a session whose backslashes are escapes. */
const behind = async (login: 'ana' | 'dora' | 'robot', ...sqls: string[]): Promise<string> => {
  const client = await RawClient.login(gateway().connection(login))
  let said = await client.query('SET standard_conforming_strings = off')
  for (const sql of sqls) said = await client.query(sql)
  client.close()
  return said.join()
}

describe('a body that the session reads with standard_conforming_strings off', () => {
  test('acts as another role, but for whom a rule forbids that', async () => {
    const sqls = ["DO $$ BEGIN PERFORM set_config('\\x72ole', 'quiet', false); END $$", 'SELECT current_user']
    expect(await behind('dora', ...sqls)).toContain('DataRow quiet')
    expect(await behind('robot', ...sqls)).toContain('DataRow postgres')
  })

  test('shows no more than another', async () => {
    expect(await behind('dora', 'SELECT quotes()')).toMatch(SENTINEL)
    expect(await behind('ana', 'SELECT quotes()')).not.toMatch(SENTINEL)
  })
})
