/**
 * What a batch means can hang on its literals: `EXEC('…')` runs its text, `OPENROWSET('…')` names a server. A batch
 * that holds one of these words is read with its literals.
 */
export const literalWords: ReadonlySet<string> = new Set([
  'exec',
  'execute',
  'openquery',
  'openrowset',
  'opendatasource',
  'openxml',
  'setuser',
  'shutdown',
  'kill',
  'waitfor',
])

/** Methods of XML values, whose argument is a query of its own. */
export const xmlMethods: ReadonlySet<string> = new Set(['exist', 'modify', 'nodes', 'query', 'value'])

/** A batch that begins with another word may be a procedure call without EXECUTE. */
export const mayStartCall = (first: string, isReserved: boolean): boolean =>
  !isReserved && first !== 'throw' && first !== 'enable' && first !== 'disable'
