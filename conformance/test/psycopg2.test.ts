import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pythonWith } from '@sluice/testkit/system-tools'
import { missingTools, run } from '../harness/program.ts'
import { comparable, libpqUrl, type SideBySide, startSideBySide } from '../harness/side-by-side.ts'

const missing = missingTools('python3 with psycopg2', 'PostgreSQL server').length > 0
const suite = missing ? describe.skip : describe
const python = pythonWith('psycopg2') ?? ''
const driver = join(import.meta.dirname, '..', 'drivers', 'psycopg2_session.py')

let sides: SideBySide

beforeAll(async () => {
  if (!missing) sides = await startSideBySide('debian')
}, 120_000)

afterAll(() => sides?.close())

suite('psycopg2 sees no difference', () => {
  test.each(['disable', 'require'])(
    'in types, writing, cursors, COPY, errors, cancel, notifications, settings (gateway with sslmode=%s)',
    async (mode) => {
      const direct = await run(python, [driver, libpqUrl(sides.direct)])
      const through = await run(python, [driver, libpqUrl(sides.through, `?sslmode=${mode}`)])
      expect(comparable(through.output)).toBe(comparable(direct.output))
      expect(through).toMatchObject({ code: 0 })
      expect(through.output).toContain('closed: 1')
      expect(through.output).toContain("cancelled: ('QueryCanceled', '57014'")
    },
    120_000,
  )
})
