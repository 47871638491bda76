/** "Reserved keywords (Transact-SQL)": none of them is a name or an alias unless it is quoted. */
export const reserved: ReadonlySet<string> = new Set(
  `
  add all alter and any as asc authorization backup begin between break browse bulk by cascade case check checkpoint
  close clustered coalesce collate column commit compute constraint contains containstable continue convert create
  cross current current_date current_time current_timestamp current_user cursor database dbcc deallocate declare
  default delete deny desc disk distinct distributed double drop dump else end errlvl escape except exec execute
  exists exit external fetch file fillfactor for foreign freetext freetexttable from full function goto grant group
  having holdlock identity identity_insert identitycol if in index inner insert intersect into is join key kill left
  like lineno load merge national nocheck nonclustered not null nullif of off offsets on open opendatasource openquery
  openrowset openxml option or order outer over percent pivot plan primary print proc procedure public
  raiserror read readtext reconfigure references replication restore restrict return revert revoke right rollback
  rowcount rowguidcol rule save schema securityaudit select semantickeyphrasetable semanticsimilaritydetailstable
  semanticsimilaritytable session_user set setuser shutdown some statistics system_user table tablesample textsize
  then to top tran transaction trigger truncate try_convert tsequal union unique unpivot update updatetext use user
  values varying view waitfor when where while with within writetext
  `
    .trim()
    .split(/\s+/),
)

/** Reserved words that start a statement and stand nowhere else outside parentheses and CASE but where noted. */
export const statementStarts: ReadonlySet<string> = new Set(
  `
  alter backup begin break bulk checkpoint close commit continue create dbcc deallocate declare delete deny drop exec
  execute fetch goto grant if insert kill merge open print raiserror reconfigure restore return revert revoke rollback
  save select set setuser shutdown truncate update updatetext use waitfor while with writetext readtext end else dump
  load
  `
    .trim()
    .split(/\s+/),
)
