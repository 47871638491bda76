import type { CollectedSpan } from '@sluice/testkit/otlp-spans'
import { AGENT_LOGIN } from './people.ts'
import { alignedTable, dim, note, type Screen } from './screen.ts'

/** What is shown of a span, with its heading. */
const SHOWN = [
  ['user.id', 'user'],
  ['sluice.on_behalf_of', 'on behalf of'],
  ['sluice.decision', 'decision'],
  ['db.response.status_code', 'code'],
  ['db.response.returned_rows', 'rows'],
] as const

/** The spans of sessions; each has those of its statements below it. */
export function sessionsOf(spans: readonly CollectedSpan[]): readonly CollectedSpan[] {
  return spans.filter((span) => span.parentSpanId === '')
}

/** The agent's session and the last one, each with its statements. */
export function showSpans(screen: Screen, spans: readonly CollectedSpan[]): void {
  const sessions = sessionsOf(spans)
  const shown = sessions.filter(
    (session) => session === sessions.at(-1) || session.attributes['user.id'] === AGENT_LOGIN,
  )
  if (shown.length === 0) return note(screen, 'none arrived in time')
  const rows = shown.flatMap((session) => [
    rowOf(session, ''),
    ...spans.filter(({ parentSpanId }) => parentSpanId === session.spanId).map((span) => rowOf(span, '  ')),
  ])
  const names = ['span', ...SHOWN.map(([, heading]) => heading), 'duration']
  screen.write(alignedTable(names, rows, (text) => dim(screen, text)))
  note(screen, dim(screen, `${spans.length} in all`))
}

function rowOf(span: CollectedSpan, indent: string): readonly string[] {
  const cells = SHOWN.map(([name]) => String(span.attributes[name] ?? ''))
  return [`${indent}${span.name}`, ...cells, `${(span.endMs - span.startMs).toFixed(0)} ms`]
}
