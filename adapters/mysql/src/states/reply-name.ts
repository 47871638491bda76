// MySQL: Client/Server Protocol, "Generic Response Packets", "Text Resultset", "COM_STMT_PREPARE Response".

/**
 * What a server answers. Several have the same first byte and are told apart by the state and by what they say: `MoreOk`
 * and `MoreEnd` announce another result; a definition is the `Last` where as many have come as were announced, and
 * `…NoEof` where no EOF follows it (CLIENT_DEPRECATE_EOF).
 */
export type ReplyName =
  | 'Handshake'
  | 'AuthSwitchRequest'
  | 'AuthMoreData'
  | 'FastAuthOk'
  | 'Ok'
  | 'MoreOk'
  | 'Err'
  | 'LocalFileRequest'
  | 'ColumnCount'
  | 'ColumnDefinition'
  | 'LastColumnDefinition'
  | 'LastColumnDefinitionNoEof'
  | 'ParameterDefinition'
  | 'LastParameterDefinition'
  | 'LastParameterDefinitionNoEof'
  | 'Eof'
  | 'CursorEof'
  | 'Row'
  | 'End'
  | 'MoreEnd'
  | 'StmtPrepareOk'
  | 'Statistics'
