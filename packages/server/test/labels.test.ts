import { expect, test } from '@jest/globals'
import type { Relation } from '@sluice/core/catalog/catalog'
import { speaker } from '../src/commands/labels.ts'
import { NamedColumns } from '../src/labels.ts'

const labels = ['pii']
const customers = { schema: 'public', name: 'customers', columns: [{ name: 'note' }] } as unknown as Relation

test('columns that the configuration labels are missed once every database was read', () => {
  const configured = [
    { schema: 'public', table: 'customers', column: 'note', labels },
    { schema: 'public', table: 'custmers', column: 'e.mail', labels },
  ]
  const named = new NamedColumns(configured, 2)
  expect(named.foundIn({ relations: [] })).toEqual([])
  expect(named.foundIn({ relations: [customers] })).toEqual(['public.custmers."e.mail"'])
})

const nameless = () => {
  throw new Error('uv_os_get_passwd returned ENOENT')
}

test('who says which labels a column has is told by number where the account has no name', () => {
  expect(speaker(nameless)).toMatch(/^uid \d+$/)
  expect(speaker(() => ({ username: 'ana' }))).toBe('ana')
})
