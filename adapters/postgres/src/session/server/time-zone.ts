/** As the database writes an offset that was set as such (backend/utils/adt/timestamp.c, timezone/pgtz.c, `pg_tzset_offset`). */
const OFFSET = /^<([+-]\d\d(?::\d\d){0,2})>([+-]\d\d(?::\d\d){0,2})$/

/**
 * True for a zone of the time zone database, and for an offset. PostgreSQL takes any letters for the name of a zone, and
 * between `<` and `>` any text, which a statement could have taken from a table.
 */
export function isKnownZone(zone: string): boolean {
  const [, name, offset] = OFFSET.exec(zone) ?? []
  if (name !== undefined) return name.slice(1) === offset?.slice(1)
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
