/** How PostgreSQL's grammar classes a word (src/include/parser/kwlist.h of PostgreSQL 18). */
export const WordClass = {
  identifier: 0,
  unreserved: 1,
  columnName: 2,
  typeOrFunction: 3,
  reserved: 4,
} as const
export type WordClass = (typeof WordClass)[keyof typeof WordClass]

const unreserved = `
  abort absent absolute access action add admin after aggregate also alter always asensitive assertion
  assignment at atomic attach attribute backward before begin breadth by cache call called cascade
  cascaded catalog chain characteristics checkpoint class close cluster columns comment comments commit
  committed compression conditional configuration conflict connection constraints content continue
  conversion copy cost csv cube current cursor cycle data database day deallocate declare defaults
  deferred definer delete delimiter delimiters depends depth detach dictionary disable discard document
  domain double drop each empty enable encoding encrypted enforced enum error escape event exclude
  excluding exclusive execute explain expression extension external family filter finalize first
  following force format forward function functions generated global granted groups handler header hold
  hour identity if immediate immutable implicit import include including increment indent index indexes
  inherit inherits inline input insensitive insert instead invoker isolation keep key keys label
  language large last leakproof level listen load local location lock locked logged mapping match
  matched materialized maxvalue merge method minute minvalue mode month move name names nested new next
  nfc nfd nfkc nfkd no normalized nothing notify nowait nulls object objects of off oids old omit
  operator option options ordinality others over overriding owned owner parallel parameter parser
  partial partition passing password path period plan plans policy preceding prepare prepared preserve
  prior privileges procedural procedure procedures program publication quote quotes range read reassign
  recursive ref referencing refresh reindex relative release rename repeatable replace replica reset
  restart restrict return returns revoke role rollback rollup routine routines rows rule savepoint
  scalar schema schemas scroll search second security sequence sequences serializable server session set
  sets share show simple skip snapshot source sql stable standalone start statement statistics stdin
  stdout storage stored strict string strip subscription support sysid system tables tablespace target
  temp template temporary text ties transaction transform trigger truncate trusted type types uescape
  unbounded uncommitted unconditional unencrypted unknown unlisten unlogged until update vacuum valid
  validate validator value varying version view views virtual volatile whitespace within without work
  wrapper write xml year yes zone`

const reserved = `
  all analyse analyze and any array as asc asymmetric both case cast check collate column constraint
  create current_catalog current_date current_role current_time current_timestamp current_user default
  deferrable desc distinct do else end except false fetch for foreign from grant group having in
  initially intersect into lateral leading limit localtime localtimestamp not null offset on only or
  order placing primary references returning select session_user some symmetric system_user table then
  to trailing true union unique user using variadic when where window with`

const typeOrFunction = `
  authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull
  join left like natural notnull outer overlaps right similar tablesample verbose`

const columnName = `
  between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping
  inout int integer interval json json_array json_arrayagg json_exists json_object json_objectagg
  json_query json_scalar json_serialize json_table json_value least merge_action national nchar none
  normalize nullif numeric out overlay position precision real row setof smallint substring time
  timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest
  xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`

const classes = new Map<string, WordClass>()
const add = (words: string, of: WordClass) => {
  for (const word of words.trim().split(/\s+/)) classes.set(word, of)
}
add(unreserved, WordClass.unreserved)
add(columnName, WordClass.columnName)
add(typeOrFunction, WordClass.typeOrFunction)
add(reserved, WordClass.reserved)

/**
 * Words that older servers take for names, by the version from which on they are more, where the grammar makes something else
 * of them than of a name (kwlist.h of PostgreSQL 13 to 18). The others that came along are names where names can stand.
 */
const laterWords: Readonly<Record<number, string>> = {
  16: 'json_array json_arrayagg json_object json_objectagg system_user',
  17: 'json json_exists json_query json_scalar json_serialize json_table json_value merge_action',
}

const later: ReadonlyMap<string, number> = new Map(
  Object.entries(laterWords).flatMap(([major, words]) =>
    words.split(' ').map((word) => [word, Number(major)] as const),
  ),
)

/** The version from which on a folded word is more than a name; 0 for all that it is, or is none, in every version. */
export const moreThanNameSince = (word: string): number => later.get(word) ?? 0

/** Every keyword with its class. */
export const keywords: ReadonlyMap<string, WordClass> = classes

/** The class of a folded word; `identifier` for one that is no keyword. */
export const classOfWord = (word: string): WordClass => classes.get(word) ?? WordClass.identifier
