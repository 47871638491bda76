import type { CollectedSpan } from '@sluice/testkit/otlp-spans'
import { alignedTable, dim, type Screen } from './screen.ts'

const SHOWN = ['user.id', 'sluice.decision', 'db.response.status_code', 'db.response.returned_rows'] as const

/** The spans of statements, a line each: name, who asked, what was decided, how long it took. */
export function showSpans(screen: Screen, spans: readonly CollectedSpan[]): void {
  const rows = spans.map((span) => [
    span.parentSpanId === '' ? span.name : `  ${span.name}`,
    ...SHOWN.map((name) => String(span.attributes[name] ?? '')),
    `${(span.endMs - span.startMs).toFixed(1)} ms`,
  ])
  const names = ['span', ...SHOWN.map((name) => name.split('.').slice(-1)[0] ?? name), 'duration']
  screen.write(alignedTable(names, rows, (text) => dim(screen, text)))
}
