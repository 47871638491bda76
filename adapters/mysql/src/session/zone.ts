// MySQL: "MySQL Server Time Zone Support"

/** An offset as the servers write one: `+05:30`, `-11:00`. */
const OFFSET = /^([+-])(\d{1,2}):(\d{2})$/
/** Not `GMT`: the zone of London says so of itself in winter. */
const UTC = /^(?:etc\/)?utc$/i
const SYSTEM = 'SYSTEM'

/** What a server says of its zones: `@@session.time_zone`, `@@global.time_zone` and `@@system_time_zone`. */
type Zones = { readonly session: string; readonly global: string; readonly system: string }

/**
 * By how many minutes the session's clock is before the one by which a mask counts: that of UTC, or the server's own where
 * that has another zone. Undefined where that is not known. Only one clock counts on a server: by days of two of them, a
 * client would learn what lies between, and by those of all of them the minute.
 */
export const minutesAhead = ({ session, global, system }: Zones): number | undefined => {
  const server = offsetOf(global === SYSTEM ? system : global)
  if (server === undefined) return session === global ? 0 : undefined
  return offsetOf(session === SYSTEM ? system : session)
}

const offsetOf = (zone: string): number | undefined => {
  if (UTC.test(zone)) return 0
  const [, sign, hours, minutes] = OFFSET.exec(zone) ?? []
  if (sign === undefined) return undefined
  const offset = Number(hours) * 60 + Number(minutes)
  return sign === '-' ? -offset : offset
}
