import { expect, test } from '@jest/globals'
import { Wakefulness } from '@sluice/wire/socket/wakefulness'

const STEP_MS = 0.02

/** An event loop in the test's hands. */
const loop = () => {
  let now = 1_000
  let waiting: (() => void)[] = []
  const wakefulness = new Wakefulness(
    () => now,
    (act) => waiting.push(act),
  )
  /** Goes on for so many turns, and says in how many of them the process was awake. */
  const turns = (count: number, stepMs = STEP_MS): number => {
    let awake = 0
    for (let turn = 0; turn < count; turn += 1) {
      const due = waiting
      waiting = []
      now += stepMs
      if (due.length > 0) awake += 1
      for (const act of due) act()
    }
    return awake
  }
  /** The sessions ask and answer, one after the other, again and again, with so many turns in between. */
  const talk = (sessions: readonly Session[], times: number, between = 1): void => {
    for (let i = 0; i < times; i += 1) {
      const session = sessions[i % sessions.length] as Session
      const toClient = Math.floor(i / sessions.length) % 2 === 0
      wakefulness.said(session, toClient ? session.client : session.database)
      turns(between)
    }
  }
  return { wakefulness, turns, talk }
}

type Session = { readonly client: object; readonly database: object }

const session = (): Session => ({ client: {}, database: {} })
const [ana, bo, cleo] = [session(), session(), session()]
/** More than it takes. */
const MANY = 100

test('nobody is waited for awake who speaks for the first time', () => {
  const { talk, turns } = loop()
  talk([ana], 3)
  expect(turns(MANY)).toBe(0)
})

test('one session, or two, that are answered soon again and again are waited for, and not for long', () => {
  for (const sessions of [[ana], [ana, bo]]) {
    const { talk, turns } = loop()
    talk(sessions, MANY)
    expect(turns(MANY)).toBeGreaterThan(0)
    expect(turns(MANY)).toBe(0)
  }
})

test('who was waited for in vain is waited for again only after many soon answers', () => {
  const { talk, turns } = loop()
  talk([ana], MANY)
  turns(MANY)
  talk([ana], 3)
  expect(turns(MANY)).toBe(0)
  talk([ana], MANY)
  expect(turns(MANY)).toBeGreaterThan(0)
})

test('answers that take their time are slept for', () => {
  const { talk, turns } = loop()
  talk([ana], MANY, MANY)
  expect(turns(MANY)).toBe(0)
})

test('who says one thing after the other, unanswered, is not waited for: a long result', () => {
  const { wakefulness, turns } = loop()
  for (let i = 0; i < MANY; i += 1) {
    wakefulness.said(ana, ana.client)
    turns(1)
    wakefulness.said(bo, bo.client)
    turns(1)
  }
  expect(turns(MANY)).toBe(0)
})

test('three sessions keep nobody awake: the time belongs to the database', () => {
  const { wakefulness, talk, turns } = loop()
  talk([ana, bo, cleo], MANY)
  expect(turns(MANY)).toBe(0)
  talk([ana], MANY)
  wakefulness.said(bo, bo.client)
  wakefulness.said(cleo, cleo.client)
  turns(1)
  expect(turns(MANY)).toBe(0)
})

test('what the gateway does itself after it spoke is not the time of the other side', () => {
  const { wakefulness, talk, turns } = loop()
  talk([ana], MANY)
  wakefulness.said(ana, ana.client)
  turns(1, 100 * STEP_MS)
  expect(turns(1)).toBe(1)
  expect(turns(MANY)).toBeGreaterThan(0)
})

test('who speaks with one other at most is told so, and so is who speaks among more', () => {
  for (const sessions of [[ana], [ana, bo]]) {
    const { wakefulness, talk } = loop()
    talk(sessions, MANY)
    expect(wakefulness.said(ana, {})).toBe('alone')
  }
  const { wakefulness, talk } = loop()
  talk([ana, bo, cleo], MANY)
  expect(wakefulness.said(ana, ana.database)).toBe('among many')
})
