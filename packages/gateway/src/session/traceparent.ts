// W3C Trace Context, "Traceparent Header"; sqlcommenter specification, "Format": /*traceparent='…'*/
const pattern = /traceparent='([0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})'/

/** The trace context that a client's library put into a comment of the text: data, for the spans alone. */
export function traceparentIn(text: string): string | undefined {
  return text.includes('traceparent=') ? pattern.exec(text)?.[1] : undefined
}
