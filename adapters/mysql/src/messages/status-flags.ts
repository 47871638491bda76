// MySQL: Client/Server Protocol, "SERVER_STATUS_flags_enum".

/** What an OK or EOF packet says of the session and the result. */
export const status = {
  IN_TRANS: 0x0001,
  AUTOCOMMIT: 0x0002,
  /** Another result follows. */
  MORE_RESULTS_EXISTS: 0x0008,
  NO_GOOD_INDEX_USED: 0x0010,
  NO_INDEX_USED: 0x0020,
  /** A server-side cursor is open: rows come by COM_STMT_FETCH. */
  CURSOR_EXISTS: 0x0040,
  /** That cursor has no more rows. */
  LAST_ROW_SENT: 0x0080,
  DB_DROPPED: 0x0100,
  NO_BACKSLASH_ESCAPES: 0x0200,
  METADATA_CHANGED: 0x0400,
  QUERY_WAS_SLOW: 0x0800,
  /** The one row that comes holds the OUT parameters of a routine. */
  PS_OUT_PARAMS: 0x1000,
  IN_TRANS_READONLY: 0x2000,
  /** The OK packet carries session state information. */
  SESSION_STATE_CHANGED: 0x4000,
  ANSI_QUOTES: 0x8000,
} as const
