/**
 * Names of span and metric attributes. Those of OpenTelemetry follow its semantic conventions 1.45 ("Semantic
 * conventions for database client calls"); names that are still incubating there are copied, not imported, so that an
 * update of the package cannot rename what collectors already store.
 */
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
} from '@opentelemetry/semantic-conventions'

/** `postgresql`, `mysql`, `mariadb`, `microsoft.sql_server`. */
export const DB_SYSTEM_NAME = ATTR_DB_SYSTEM_NAME
/** The database's name as the gateway serves it. */
export const DB_NAMESPACE = ATTR_DB_NAMESPACE
/** The verb, in capitals. */
export const DB_OPERATION_NAME = ATTR_DB_OPERATION_NAME
/** The table, where a statement touches exactly one. */
export const DB_COLLECTION_NAME = ATTR_DB_COLLECTION_NAME
/** The canonical text: literals replaced, comments gone. */
export const DB_QUERY_TEXT = ATTR_DB_QUERY_TEXT
/** `{verb} {table} {table}…`, at most 255 characters; also the span's name. */
export const DB_QUERY_SUMMARY = ATTR_DB_QUERY_SUMMARY
/** SQLSTATE or the vendor's error number, as a string. */
export const DB_RESPONSE_STATUS_CODE = ATTR_DB_RESPONSE_STATUS_CODE
/** Rows returned to the client, of whatever statement. Incubating. */
export const DB_RESPONSE_RETURNED_ROWS = 'db.response.returned_rows'
/** The status code, or `refused`, `skipped`, `lost`; only where a statement did not complete. */
export const ERROR_TYPE = ATTR_ERROR_TYPE
/** Where the client connects from. */
export const CLIENT_ADDRESS = ATTR_CLIENT_ADDRESS
/** The proven principal. Incubating. */
export const USER_ID = 'user.id'
/** The principal's groups. Incubating. */
export const USER_ROLES = 'user.roles'
/** The gateway's session. Incubating. */
export const SESSION_ID = 'session.id'
/** The agent's name, for a principal of kind `agent`. GenAI conventions. */
export const GEN_AI_AGENT_NAME = 'gen_ai.agent.name'
/** The model the agent says it runs on. GenAI conventions. */
export const GEN_AI_REQUEST_MODEL = 'gen_ai.request.model'
/** The agent's run. GenAI conventions. */
export const GEN_AI_CONVERSATION_ID = 'gen_ai.conversation.id'

/** `allow` or `deny`. */
export const SLUICE_DECISION = 'sluice.decision'
/** `completed`, `failed`, `refused`, `skipped`, `lost`. */
export const SLUICE_OUTCOME = 'sluice.outcome'
/** Ids of the rules that determined the decision. */
export const SLUICE_RULES = 'sluice.rules'
/** Ids of rules that could not be evaluated. */
export const SLUICE_RULES_FAILED = 'sluice.rules.failed'
/** What the statement does: `read`, `write`, `ddl` … */
export const SLUICE_EFFECTS = 'sluice.effects'
/** Labels of the columns that the statement writes. */
export const SLUICE_WRITES_LABELS = 'sluice.writes.labels'
/** Why the statement was not understood. */
export const SLUICE_OPAQUE = 'sluice.opaque'
/** Functions whose values were taken to be as a reviewer says, by name. */
export const SLUICE_FUNCTIONS_BLESSED = 'sluice.functions.blessed'
/** Result columns the client saw raw. */
export const SLUICE_COLUMNS_EXPOSED = 'sluice.columns.exposed'
/** Result columns the client saw masked. */
export const SLUICE_COLUMNS_MASKED = 'sluice.columns.masked'
/** `human`, `workload`, `agent`. */
export const SLUICE_PRINCIPAL_KIND = 'sluice.principal.kind'
/** The identity provider that proved the principal. */
export const SLUICE_PRINCIPAL_PROVIDER = 'sluice.principal.provider'
/** Whom the principal acts for, nearest first. */
export const SLUICE_ON_BEHALF_OF = 'sluice.on_behalf_of'
/** The version of the policy that decided. */
export const SLUICE_POLICY_VERSION = 'sluice.policy.version'
/** Fingerprint of the canonical text. */
export const SLUICE_STATEMENT_FINGERPRINT = 'sluice.statement.fingerprint'
/** Rows that the statement changed, as the database counts them; not where it returned them. */
export const SLUICE_ROWS_AFFECTED = 'sluice.rows.affected'
/** Bytes of result given to the client. */
export const SLUICE_RESPONSE_BYTES = 'sluice.response.bytes'
/** Statements in the session. */
export const SLUICE_SESSION_STATEMENTS = 'sluice.session.statements'
/** Whether the client's connection was encrypted. */
export const SLUICE_SESSION_TLS = 'sluice.session.tls'
/** Where the record's first entry lies in the journal. */
export const SLUICE_JOURNAL_POSITION = 'sluice.journal.position'
/** The chain hash of that entry, hex: a witness outside the gateway's disk. */
export const SLUICE_JOURNAL_HASH = 'sluice.journal.hash'
