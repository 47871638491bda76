import { describe, expect, test } from '@jest/globals'
import { labelColumn } from '../../src/detect/label-column.ts'
import { columnOf, columnsOf } from './fixture.ts'

const names = (line: string, comment?: string): readonly string[] =>
  labelColumn({ ...columnOf(line), comment }).map(({ name }) => name)

const labelled = (file: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    columnsOf(file)
      .map((column) => [`${column.table}.${column.name}`, labelColumn(column)] as const)
      .filter(([, labels]) => labels.length > 0)
      .map(([name, labels]) => [name, labels.map((label) => label.name).join(' ')]),
  )

describe('schemas that everybody knows', () => {
  test('the demo: its customers', () => {
    expect(labelled('shop')).toEqual({
      'customers.full_name': 'pii.name',
      'customers.email': 'pii.email',
      'customers.phone': 'pii.phone',
      'customers.card_number': 'pii.card',
      'customers.national_id': 'pii.national-id',
      'customers.birth_date': 'pii.date-of-birth',
      'customers.notes': 'pii.free-text',
      'customer_orders.full_name': 'pii.name',
      'customer_orders.email': 'pii.email',
    })
  })

  test('TPC-H: the customers are personal and where a supplier is called', () => {
    expect(labelled('tpch')).toEqual({
      'supplier.s_phone': 'pii.phone',
      'customer.c_name': 'pii.name',
      'customer.c_address': 'pii.address',
      'customer.c_phone': 'pii.phone',
      'customer.c_comment': 'pii.free-text',
    })
  })

  test('Northwind: employees, contacts and where orders go', () => {
    expect(labelled('northwind')).toEqual({
      'customers.contact_name': 'pii.name',
      'customers.address': 'pii.address',
      'customers.city': 'pii.address',
      'customers.postal_code': 'pii.address',
      'customers.phone': 'pii.phone',
      'customers.fax': 'pii.phone',
      'employees.last_name': 'pii.name',
      'employees.first_name': 'pii.name',
      'employees.birth_date': 'pii.date-of-birth',
      'employees.address': 'pii.address',
      'employees.city': 'pii.address',
      'employees.postal_code': 'pii.address',
      'employees.home_phone': 'pii.phone',
      'employees.notes': 'pii.free-text',
      'orders.ship_address': 'pii.address',
      'orders.ship_postal_code': 'pii.address',
      'shippers.phone': 'pii.phone',
      'suppliers.contact_name': 'pii.name',
      'suppliers.phone': 'pii.phone',
      'suppliers.fax': 'pii.phone',
    })
  })
})

describe('one label a thing', () => {
  test.each([
    ['users.email_address text', ['pii.email']],
    ['users.ip_address text', ['pii.ip']],
    ['users.password_hash text', ['secret.password-hash']],
    ['users.password_reset_token text', ['secret.token']],
    ['users.user_name text', ['pii.username']],
    ['users.client_secret text', ['secret.value']],
    ['products.product_name text', []],
  ])('%s', (line, expected) => {
    expect(names(line)).toEqual(expected)
  })
})

describe('comments', () => {
  test.each([
    ['sluice: pii.email', ['pii.email']],
    ['The login. sluice: pii.email, secret.token. Ask Ana.', ['pii.email', 'secret.token']],
    ['SLUICE:PII.Email', ['pii.email']],
  ])('`%s` labels', (comment, expected) => {
    expect(names('t.x text', comment)).toEqual(expected)
  })

  test.each([
    ['sluice: pii_email', ['pii_email', 'pii.email']],
    ['owned by team Sluice: ask Ana', ['ask', 'pii.email']],
    ['sluice: finance.contact', ['finance.contact', 'pii.email']],
    ['sluice: pii.email, finance.contact', ['pii.email', 'finance.contact']],
    ['sluice: none, finance.contact', ['finance.contact']],
    ['sluice: pii.phone', ['pii.phone']],
  ])('`%s`: labels of other kinds stand beside what is detected', (comment, expected) => {
    expect(names('users.email text', comment)).toEqual(expected)
  })

  test('`sluice: none` takes a label away', () => {
    expect(names('users.email text', 'sluice: none')).toEqual([])
  })

  test('a directive that cannot be read takes nothing away', () => {
    expect(names('users.email text', 'sluice: ???')).toEqual(['pii.email'])
    expect(names('users.email text', 'see sluice')).toEqual(['pii.email'])
  })

  test('a directive is from configuration and sure', () => {
    expect(labelColumn({ ...columnOf('t.x text'), comment: 'sluice: pii.email' })).toEqual([
      { name: 'pii.email', origin: 'comment', confidence: 1 },
    ])
  })

  test('a comment as short as a name is read like one', () => {
    expect(names('t.x text', 'E-mail address')).toEqual(['pii.email'])
    expect(names('t.x text', 'sent with the email to the customer when the order is confirmed')).toEqual([])
  })
})

test('hostile names end', () => {
  for (const name of ['', '_'.repeat(100_000), 'email'.repeat(100_000), 'a_'.repeat(100_000), '\0', '💥'])
    expect(Array.isArray(labelColumn({ schema: '', table: name, name, type: name, comment: name }))).toBe(
      true,
    )
})
