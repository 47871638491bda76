import type { Catalog } from '@sluice/core/catalog/catalog'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import { scan } from '@sluice/core/scan/scan'
import { blottedMessage } from '@sluice/gateway/pipeline/blotted-message'
import { attachedSpeech, mayCarryMasked, runsOwnCode } from '@sluice/gateway/pipeline/near-masked'
import type { TextEncoding } from '@sluice/wire/text'
import { type ErrPacket, encodeErrPacket } from '../../messages/err-packet.ts'
import { scanUntold } from '../../values/untold-charset.ts'
import type { Exchange } from '../exchange.ts'
import type { WireSession } from '../wire-session.ts'
import { masksOf } from './masks-of.ts'

/**
 * Errors whose texts name what the statement names, or the server's own affairs, and no value of a row unless code of the
 * users' own raises them (MySQL: "Server Error Message Reference"; MariaDB: "MariaDB Error Code Reference").
 */
const VALUELESS: ReadonlySet<number> = new Set([
  // The server and the connection.
  1040, 1041, 1042, 1043, 1044, 1045, 1046, 1047, 1053, 1130, 1152, 1153, 1157, 1158, 1159, 1160, 1161, 1184,
  1203, 1205, 1206, 1213, 1226, 1227, 1290, 1317, 1461, 1637, 1792, 1836, 1872, 1927, 1969, 3024, 3572, 4031,
  // What the text is and what it names.
  1007, 1008, 1048, 1049, 1050, 1051, 1052, 1054, 1055, 1056, 1058, 1059, 1060, 1061, 1063, 1064, 1065, 1066,
  1068, 1069, 1070, 1071, 1072, 1073, 1074, 1075, 1091, 1093, 1096, 1099, 1100, 1101, 1103, 1109, 1110, 1111,
  1118, 1120, 1128, 1133, 1136, 1137, 1140, 1141, 1142, 1143, 1146, 1147, 1149, 1166, 1170, 1172, 1175, 1176,
  1191, 1192, 1193, 1210, 1215, 1216, 1217, 1221, 1222, 1228, 1229, 1235, 1238, 1241, 1242, 1243, 1247, 1248,
  1250, 1253, 1267, 1271, 1295, 1304, 1305, 1318, 1327, 1347, 1356, 1359, 1360, 1364, 1370, 1394, 1395, 1414,
  1422, 1442, 1451, 1452, 1471, 1537, 1553, 1568, 1615, 1701, 1826, 3065, 3730, 3780, 3821, 3822,
])

/** SIGNAL: a text that code of the users' own has made. */
const SIGNALLED = 1644

/** They quote a row that the action of a foreign key changes, of a table that no statement names. */
const QUOTES_CHILD: ReadonlySet<number> = new Set([1557, 1761])

/** Beside `VALUELESS`, what clients know by its number: of keys, of values that a column does not take, of limits. */
const KNOWN: ReadonlySet<number> = new Set([
  1062, 1105, 1169, 1264, 1265, 1292, 1324, 1329, 1365, 1366, 1367, 1403, 1406, 1411, 1416, 1424, 1436, 1441,
  1456, 1526, 1557, 1569, 1586, 1643, 1644, 1690, 1748, 1761, 3140, 3141, 3819, 4025,
])

/** They quote a key, of which `-` joins the columns (MySQL: `key_unpack`): 4111111111111111 and 7 is one number. */
const QUOTES_KEY: ReadonlySet<number> = new Set([1062, 1569, 1586, 1761])

/** Columns that a value with `-` in it may be taken for: more groups has nothing that is searched for. */
const MOST_JOINED = 10

/** The error as the client may see it; undefined: as it is. */
export function withheldError(
  session: WireSession,
  error: ErrPacket,
  owed: Exchange | undefined,
): Buffer | undefined {
  const masks = masksOf(session, owed)
  if (!masks.any) return undefined
  const facts = owed?.run?.execution.analysis.facts
  if (facts === undefined) return VALUELESS.has(error.code) ? undefined : safe(error)
  const catalog = session.governance.catalog.current()
  const own = runsOwnCode(facts) || attachedSpeech(facts, catalog) === 'anything'
  if (own) return safe(withTold(error, catalog))
  if (VALUELESS.has(error.code)) return undefined
  const near =
    error.code === SIGNALLED || QUOTES_CHILD.has(error.code) || mayCarryMasked(facts, masks, catalog)
  return near ? safe(error) : searched(error, masks)
}

/** The values that it may quote are of columns which are not masked, but searched. */
function searched(error: ErrPacket, masks: ColumnMasks): Buffer | undefined {
  const message = blottedMessage(error.message, masks, error.encoding)
  const left = message ?? error.message
  if (QUOTES_KEY.has(error.code) && hasJoined(left, masks)) return safe(error)
  if (masks.scan !== undefined && hasUntold(left, error.encoding)) return safe(error)
  return message === undefined ? undefined : encodeErrPacket({ ...error, message })
}

/** How the servers write a character that `character_set_results` does not have: `\30AB`, `\+01F600`. */
const WRITTEN = /\\(?:\+[0-9A-F]{6}|[0-9A-F]{4})/g

/** Whether something is found in the text as another than UTF-8: it is in `character_set_results`. */
function hasUntold(message: string, encoding: TextEncoding = 'utf8'): boolean {
  if (scanUntold(Buffer.from(message, encoding)) !== undefined) return true
  return message.includes('\\') && scan(Buffer.from(message.replace(WRITTEN, ' '), encoding)) !== undefined
}

/** Whether something is found in a column of a key, or in several that were one value. */
function hasJoined(message: string, masks: ColumnMasks): boolean {
  const parts = message.split('-')
  return parts.some((_, from) => {
    for (let to = from + 1; to <= Math.min(parts.length, from + MOST_JOINED); to++)
      if (blottedMessage(parts.slice(from, to).join('-'), masks) !== undefined) return true
    return false
  })
}

/** A number can be a value too, of MYSQL_ERRNO. */
function withTold(error: ErrPacket, catalog: Catalog | undefined): ErrPacket {
  const { code } = error
  const told = VALUELESS.has(code) || KNOWN.has(code) || catalog?.writing?.codes.has(String(code)) === true
  return told ? error : { ...error, code: SIGNALLED }
}

function safe({ code, sqlState }: ErrPacket): Buffer {
  const message = `the database said ${code}; its text is withheld because it can carry masked values; look the code up in the list of errors of the database, or ask someone who may read the columns raw`
  return encodeErrPacket({ code, sqlState, message })
}
