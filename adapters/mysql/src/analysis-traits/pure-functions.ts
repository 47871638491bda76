/**
 * Functions whose value is made of their arguments (and the clock or a random source) and that leave nothing behind:
 * "Built-In Function and Operator Reference" of MySQL 9 and "Functions and Operators" of MariaDB 11. VALUES(a) in ON
 * DUPLICATE KEY UPDATE and INTERVAL(a, b) are calls here too.
 */
export const PURE_FUNCTIONS = `
  abs acos add_months adddate addtime aes_decrypt aes_encrypt any_value ascii asin atan atan2 avg bin bin_to_uuid
  bit_and bit_count bit_length bit_or bit_xor cast ceil ceiling char char_length character_length charset chr coalesce
  coercibility collation column_add column_check column_create column_delete column_exists column_get column_json
  column_list compress concat concat_ws conv convert convert_tz cos cot count crc32 crc32c cume_dist curdate
  current_date current_time current_timestamp curtime date date_add date_format date_sub datediff day dayname
  dayofmonth dayofweek dayofyear decode decode_histogram default degrees dense_rank des_decrypt des_encrypt elt encode
  encrypt exp export_set extract extractvalue field find_in_set first_value floor format format_bytes format_pico_time
  from_base64 from_days from_unixtime get_format greatest group_concat grouping hex hour if ifnull inet6_aton
  inet6_ntoa inet_aton inet_ntoa insert instr interval is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6 is_uuid isnull
  json_array json_array_append json_array_insert json_array_intersect json_arrayagg json_compact json_contains
  json_contains_path json_depth json_detailed json_equals json_exists json_extract json_insert json_keys json_length
  json_loose json_merge json_merge_patch json_merge_preserve json_normalize json_object json_objectagg json_overlaps
  json_pretty json_query json_quote json_remove json_replace json_schema_valid json_schema_validation_report
  json_search json_set json_storage_free json_storage_size json_table json_type json_unquote json_valid json_value
  kdf lag last_day last_value lcase lead least left length lengthb ln localtime localtimestamp locate log log10
  log2 lower lpad ltrim make_set makedate maketime match max md5 median microsecond mid min minute mod month monthname
  natural_sort_key now nth_value ntile nullif nvl nvl2 oct octet_length old_password ord password percent_rank
  percentile_cont percentile_disc period_add period_diff pi position pow power quarter quote radians rand
  random_bytes rank regexp_instr regexp_like regexp_replace regexp_substr repeat replace reverse right round row_number
  rpad rtrim sec_to_time second sformat sha sha1 sha2 sign sin soundex space sqrt statement_digest
  statement_digest_text std stddev stddev_pop stddev_samp str_to_date strcmp subdate substr substring substring_index
  subtime sum sysdate tan time time_format time_to_sec timediff timestamp timestampadd timestampdiff to_base64 to_char
  to_date to_days to_number to_seconds trim truncate ucase uncompress uncompressed_length unhex unix_timestamp updatexml
  upper utc_date utc_time utc_timestamp uuid uuid_short uuid_to_bin value values var_pop var_samp variance week weekday
  weekofyear weight_string year yearweek

  area asbinary asgeojson astext aswkb aswkt boundary buffer centroid contains convexhull crosses dimension disjoint
  distance endpoint envelope equals exteriorring geomcollfromtext geomcollfromwkb geometrycollection
  geometrycollectionfromtext geometryfromtext geometryn geometrytype geomfromtext geomfromwkb glength interiorringn
  intersects isclosed isempty isring issimple linefromtext linefromwkb linestring linestringfromtext mbrcontains
  mbrcoveredby mbrcovers mbrdisjoint mbrequal mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin mlinefromtext
  mpointfromtext mpolyfromtext multilinestring multipoint multipolygon numgeometries numinteriorrings numpoints overlaps
  point pointfromtext pointfromwkb pointn pointonsurface polyfromtext polyfromwkb polygon srid startpoint touches within
  x y

  etag from_vector json_key_value json_object_filter_keys json_object_to_array string_to_vector to_vector uuid_v4 uuid_v7
  vec_distance vec_distance_cosine vec_distance_euclidean vec_fromtext vec_totext vector_dim vector_distance
  vector_to_string
`
