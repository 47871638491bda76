import { expect, test } from '@jest/globals'
import { typeFamily } from '../../src/detect/type-family.ts'
import { singular, wordsOf } from '../../src/detect/words.ts'

test.each([
  ['birth_date', ['birth', 'date']],
  ['BirthDate', ['birth', 'date']],
  ['customerIPAddress', ['customer', 'ip', 'address']],
  ['CC_NUMBER', ['cc', 'number']],
  ['address1', ['address', '1']],
  ['prénom', ['prenom']],
  ['straße', ['strasse']],
  ['contraseña', ['contrasena']],
  ['[Home Phone]', ['home', 'phone']],
  ['', []],
])('%s is read as %j', (name, words) => {
  expect(wordsOf(name)).toEqual(words)
})

test.each([
  ['addresses', 'address'],
  ['address', 'address'],
  ['cities', 'city'],
  ['employees', 'employee'],
  ['apellidos', 'apellido'],
  ['status', 'status'],
  ['boxes', 'box'],
  ['gps', 'gps'],
])('the singular of %s is %s', (plural, one) => {
  expect(singular(plural)).toBe(one)
})

test.each([
  ['character varying(255)', 'text'],
  ['text[]', 'text'],
  ['_text', 'text'],
  ['timestamp(3) with time zone', 'timestamp'],
  ['int(10) unsigned', 'integer'],
  ['tinyint(1)', 'boolean'],
  ['nvarchar(max)', 'text'],
  ['pg_catalog.int4', 'integer'],
  ['app.email', 'other'],
])('%s is %s', (type, family) => {
  expect(typeFamily(type)).toBe(family)
})
