/** Functions of the system that compute from their arguments, the clock or chance alone ("System functions" by category). */
export const PURE_FUNCTIONS = `
  abs acos any_value app_name approx_count_distinct approx_percentile_cont approx_percentile_disc ascii asin atan atn2
  avg base64_decode base64_encode binary_checksum bit_count ceiling char charindex checksum checksum_agg choose coalesce
  compress concat concat_ws convert cos cot count count_big cume_dist current_date current_time current_timestamp
  current_timezone current_timezone_id date_bucket dateadd datediff datediff_big datefromparts datename datepart
  datetime2fromparts datetimefromparts datetimeoffsetfromparts datetrunc day decompress degrees dense_rank difference
  edit_distance edit_distance_similarity eomonth exp first_value floor format formatmessage generate_series get_bit
  getdate getutcdate greatest grouping grouping_id hashbytes identity iif isdate isjson isnull isnumeric
  jaro_winkler_distance jaro_winkler_similarity json_array json_arrayagg json_contains json_modify json_object
  json_objectagg json_path_exists json_query json_value lag last_value lead least left left_shift len log log10 lower
  ltrim max min month nchar newid newsequentialid ntile nullif openjson parse parsename patindex percent_rank
  percentile_cont percentile_disc pi power quotename radians rand rank regexp_count regexp_instr regexp_like
  regexp_replace regexp_substr replace replicate reverse right right_shift round row_number rtrim set_bit sign sin
  smalldatetimefromparts soundex space sqrt square stdev stdevp str string_agg string_escape string_split stuff substring
  sum switchoffset sysdatetime sysdatetimeoffset sysutcdatetime tan timefromparts todatetimeoffset translate trim
  try_convert try_parse unicode unistr upper var varp vector_distance vector_norm vector_normalize year
  @@datefirst @@dbts @@langid @@language @@max_precision @@textsize
  @action @convert @xquery
`

/**
 * Functions that read the server's own catalogs, settings or states. None of them returns values of user tables or
 * texts of other sessions.
 */
export const READING_FUNCTIONS = `
  applock_mode applock_test assemblyproperty asymkey_id cert_id col_length col_name collationproperty columnproperty
  columns_updated connectionproperty current_request_id current_role current_transaction_id current_user cursor_status
  database_principal_id databasepropertyex db_id db_name error_line error_number error_procedure error_severity
  error_state file_id file_idex file_name filegroup_id filegroup_name filegroupproperty fileproperty fulltextcatalogproperty
  fulltextserviceproperty get_filestream_transaction_context getansinull has_dbaccess has_perms_by_name host_id host_name
  ident_current ident_incr ident_seed index_col indexkey_property indexproperty is_member is_objectsigned is_rolemember
  is_srvrolemember min_active_rowversion object_id object_name object_schema_name objectproperty objectpropertyex
  original_db_name original_login permissions pwdcompare rowcount_big schema_id schema_name scope_identity
  serverproperty session_id session_user stats_date suser_id suser_name suser_sid suser_sname symkeyproperty system_user
  textptr textvalid trigger_nestlevel type_id type_name typeproperty update user user_id user_name version xact_state
  @@connections @@cpu_busy @@cursor_rows @@error @@fetch_status @@idle @@identity @@io_busy @@lock_timeout
  @@max_connections @@microsoftversion @@nestlevel @@options @@pack_received @@pack_sent @@packet_errors @@procid
  @@remserver @@rowcount @@servername @@servicename @@spid @@timeticks @@total_errors @@total_read @@total_write
  @@trancount @@version
`
