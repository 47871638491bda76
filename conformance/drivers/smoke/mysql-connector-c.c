/* MariaDB's Connector/C. Usage: mysql-connector-c HOST PORT USER PASSWORD DATABASE CA plain|masked|table:NAME. Prints what a program sees. */
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_COLUMNS 64
#define MOST_BYTES 512

static char **args;

static void die(const char *what, MYSQL *connection) {
  printf("%s failed: %u %s %s\n", what, mysql_errno(connection), mysql_sqlstate(connection), mysql_error(connection));
  exit(1);
}

static MYSQL *opened(void) {
  MYSQL *connection = mysql_init(NULL);
  my_bool verify = 1;
  if (*args[6]) {
    mysql_ssl_set(connection, NULL, NULL, args[6], NULL, NULL);
    mysql_optionsv(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
  }
  mysql_optionsv(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  unsigned long flags = CLIENT_MULTI_STATEMENTS;
  if (!mysql_real_connect(connection, args[1], args[3], args[4], args[5], (unsigned) atoi(args[2]), NULL, flags)) die("connect", connection);
  return connection;
}

static void value(const char *title, MYSQL_FIELD *field, const char *bytes, unsigned long length) {
  printf("%s: %s %d %u %lu %u ", title, field->name, field->type, field->flags, field->length, field->charsetnr);
  if (!bytes) printf("NULL");
  for (unsigned long i = 0; bytes && i < length; i++) {
    unsigned char byte = (unsigned char) bytes[i];
    if (byte < 32 || byte == 127) printf("\\x%02x", byte);
    else putchar(byte);
  }
  putchar('\n');
}

static void results(const char *title, MYSQL *connection) {
  for (int more = 0; more == 0; more = mysql_next_result(connection)) {
    MYSQL_RES *result = mysql_use_result(connection);
    if (!result) {
      printf("%s: %llu rows, %s, %u warnings\n", title, (unsigned long long) mysql_affected_rows(connection), mysql_info(connection) ? mysql_info(connection) : "-", mysql_warning_count(connection));
      continue;
    }
    MYSQL_FIELD *fields = mysql_fetch_fields(result);
    for (MYSQL_ROW row; (row = mysql_fetch_row(result));) {
      unsigned long *lengths = mysql_fetch_lengths(result);
      for (unsigned i = 0; i < mysql_num_fields(result); i++) value(title, &fields[i], row[i], lengths[i]);
    }
    mysql_free_result(result);
  }
  if (mysql_errno(connection)) printf("%s: %u %s %s\n", title, mysql_errno(connection), mysql_sqlstate(connection), mysql_error(connection));
}

static void query(const char *title, MYSQL *connection, const char *sql) {
  if (mysql_real_query(connection, sql, strlen(sql))) printf("%s: %u %s %s\n", title, mysql_errno(connection), mysql_sqlstate(connection), mysql_error(connection));
  else results(title, connection);
}

/* Prepared, twice, with every value asked for as text; `cursor`: row by row from a cursor of the server. */
static void prepared(const char *title, MYSQL *connection, const char *sql, int number, int cursor) {
  static char bytes[MOST_COLUMNS][MOST_BYTES];
  static unsigned long lengths[MOST_COLUMNS];
  static my_bool nulls[MOST_COLUMNS];
  MYSQL_STMT *statement = mysql_stmt_init(connection);
  MYSQL_BIND given = {0}, taken[MOST_COLUMNS];
  unsigned long type = CURSOR_TYPE_READ_ONLY, rows = 2;
  if (mysql_stmt_prepare(statement, sql, strlen(sql))) die(title, connection);
  if (cursor) {
    mysql_stmt_attr_set(statement, STMT_ATTR_CURSOR_TYPE, &type);
    mysql_stmt_attr_set(statement, STMT_ATTR_PREFETCH_ROWS, &rows);
  }
  given.buffer_type = MYSQL_TYPE_LONG;
  given.buffer = &number;
  mysql_stmt_bind_param(statement, &given);
  for (int turn = 0; turn < 2; turn++) {
    if (mysql_stmt_execute(statement)) {
      printf("%s: %u %s\n", title, mysql_stmt_errno(statement), mysql_stmt_error(statement));
      break;
    }
    memset(taken, 0, sizeof taken);
    unsigned count = mysql_stmt_field_count(statement);
    for (unsigned i = 0; i < count; i++) {
      taken[i].buffer_type = MYSQL_TYPE_STRING;
      taken[i].buffer = bytes[i];
      taken[i].buffer_length = MOST_BYTES;
      taken[i].length = &lengths[i];
      taken[i].is_null = &nulls[i];
    }
    mysql_stmt_bind_result(statement, taken);
    MYSQL_RES *about = mysql_stmt_result_metadata(statement);
    while (mysql_stmt_fetch(statement) == 0)
      for (unsigned i = 0; i < count; i++) value(title, mysql_fetch_field_direct(about, i), nulls[i] ? NULL : bytes[i], lengths[i]);
    mysql_free_result(about);
    mysql_stmt_free_result(statement);
  }
  mysql_stmt_close(statement);
}

static void long_data(MYSQL *connection) {
  const char *sql = "INSERT INTO smoke VALUES (50, ?)";
  MYSQL_STMT *statement = mysql_stmt_init(connection);
  MYSQL_BIND given = {0};
  if (mysql_stmt_prepare(statement, sql, strlen(sql))) die("long data", connection);
  given.buffer_type = MYSQL_TYPE_BLOB;
  mysql_stmt_bind_param(statement, &given);
  for (int i = 0; i < 3; i++) mysql_stmt_send_long_data(statement, 0, "piece", 5);
  printf("long data: %d %llu\n", mysql_stmt_execute(statement), (unsigned long long) mysql_stmt_affected_rows(statement));
  mysql_stmt_close(statement);
}

static void plain(MYSQL *connection) {
  printf("connect: %s %s %u\n", mysql_get_server_info(connection), mysql_character_set_name(connection), mysql_get_proto_info(connection));
  query("simple", connection, "SELECT 1, 'x', NULL");
  query("types in text", connection, "SELECT * FROM every_type");
  prepared("types in binary", connection, "SELECT * FROM every_type WHERE id = ?", 1, 0);
  prepared("cursor", connection, "SELECT id, title FROM products WHERE id < ?", 6, 1);
  query("errors", connection, "SELECT nothing");
  query("errors", connection, "SELEC");
  query("warnings", connection, "SELECT 1 / 0");
  query("warnings", connection, "SHOW WARNINGS");
  query("errors", connection, "INSERT INTO products VALUES (1, 'x', 1)");
  query("writing", connection, "CREATE OR REPLACE TABLE smoke (id int PRIMARY KEY, name text)");
  query("writing", connection, "INSERT INTO smoke VALUES (1, 'a'), (2, 'zero')");
  long_data(connection);
  query("writing", connection, "UPDATE smoke SET name = concat(name, 'b') WHERE id > 1");
  mysql_autocommit(connection, 0);
  query("transaction", connection, "DELETE FROM smoke");
  mysql_rollback(connection);
  mysql_autocommit(connection, 1);
  query("statements", connection, "SELECT * FROM smoke; DELETE FROM smoke WHERE id = 1; SELECT nothing; SELECT 1");
  MYSQL_RES *fields = mysql_list_fields(connection, "smoke", NULL);
  for (MYSQL_FIELD *field; fields && (field = mysql_fetch_field(fields));) value("fields", field, NULL, 0);
  mysql_free_result(fields);
  printf("database: %d\n", mysql_select_db(connection, args[5]));
  printf("database: %d %u\n", mysql_select_db(connection, "nowhere"), mysql_errno(connection));
  printf("ping: %d\n", mysql_ping(connection));
  printf("reset: %d\n", mysql_reset_connection(connection));
  printf("option: %d\n", mysql_set_server_option(connection, MYSQL_OPTION_MULTI_STATEMENTS_OFF));
  /* The gateway has words of its own for it. */
  printf("option: %d %u\n", mysql_query(connection, "SELECT 1; SELECT 2"), mysql_errno(connection));
  query("writing", connection, "DROP TABLE smoke");
}

static void masked(MYSQL *connection) {
  query("masked", connection, "SELECT * FROM customers WHERE id = 1");
  query("masked", connection, "SELECT * FROM every_type");
  prepared("masked", connection, "SELECT * FROM customers WHERE id = ?", 1, 0);
  prepared("masked", connection, "SELECT * FROM every_type WHERE id = ?", 1, 1);
}

static void table(MYSQL *connection, const char *name) {
  char sql[128];
  snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY id", name);
  query("table", connection, sql);
  snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE id <= ? ORDER BY id", name);
  prepared("table", connection, sql, 2, 0);
  prepared("table", connection, sql, 2, 1);
}

int main(int count, char **given) {
  if (count < 8) return 2;
  args = given;
  MYSQL *connection = opened();
  if (strcmp(args[7], "plain") == 0) plain(connection);
  else if (strncmp(args[7], "table:", 6) == 0) table(connection, args[7] + 6);
  else masked(connection);
  mysql_close(connection);
  printf("end: done\n");
  return 0;
}
