import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Timer;
import java.util.TimerTask;

/** MariaDB's Connector/J. Usage: mysql-jdbc.java HOST PORT USER PASSWORD DATABASE CA plain|masked. Prints what a program sees. */
class Smoke {
  static void show(String title, Object... values) {
    System.out.println(title + ": " + Arrays.deepToString(values).replace("\n", "\\n"));
  }

  static void columns(String title, ResultSet rows) throws SQLException {
    var about = rows.getMetaData();
    while (rows.next()) {
      for (int i = 1; i <= about.getColumnCount(); i++) {
        Object value = rows.getObject(i);
        show(title, about.getColumnLabel(i), about.getColumnTypeName(i), about.isNullable(i), rows.getString(i), value instanceof byte[] bytes ? Arrays.toString(bytes) : value);
      }
    }
    rows.close();
  }

  static void failed(String title, SQLException error) {
    show(title, error.getErrorCode(), error.getSQLState(), error.getMessage().replaceFirst("^\\(conn=\\d+\\) ", ""));
  }

  static void plain(Connection connection) throws Exception {
    var about = connection.getMetaData();
    show("connect", about.getDatabaseProductName(), about.getDatabaseProductVersion(), about.getDriverVersion());
    var statement = connection.createStatement();
    columns("simple", statement.executeQuery("SELECT 1, 'x', NULL"));
    columns("types in text", statement.executeQuery("SELECT * FROM every_type"));
    try (var prepared = connection.prepareStatement("SELECT * FROM every_type WHERE id = ?")) {
      for (int i = 0; i < 2; i++) {
        prepared.setInt(1, 1);
        columns("types prepared", prepared.executeQuery());
      }
    }
    parameters(connection);
    for (String sql : new String[] {"SELECT nothing", "SELEC", "SELECT * FROM nowhere", "INSERT INTO products VALUES (1, 'x', 1)"}) {
      try {
        statement.execute(sql);
      } catch (SQLException error) {
        failed("errors", error);
      }
    }
    writing(connection, statement);
    columns("tables", about.getColumns(connection.getCatalog(), null, "smoke", null));
    statement.execute("CREATE PROCEDURE smoke_out(IN a int, OUT b int) BEGIN SELECT a AS first; SELECT a + 1 AS second; SET b = a + 2; END");
    try (var call = connection.prepareCall("{call smoke_out(?, ?)}")) {
      call.setInt(1, 5);
      call.registerOutParameter(2, java.sql.Types.INTEGER);
      call.execute();
      show("results", call.getInt(2));
    }
    statement.execute("DROP PROCEDURE smoke_out");
    cancelling(statement);
    statement.execute("DROP TABLE smoke");
    show("valid", connection.isValid(5));
  }

  static void parameters(Connection connection) throws SQLException {
    var prepared = connection.prepareStatement("SELECT ?, ?, ?, ?, ?, ?, ?");
    prepared.setLong(1, Long.MIN_VALUE);
    prepared.setDouble(2, 2.5);
    prepared.setBigDecimal(3, new BigDecimal("1.10"));
    prepared.setString(4, "ä'");
    prepared.setBytes(5, new byte[] {0, -1});
    prepared.setDate(6, java.sql.Date.valueOf("2020-02-29"));
    prepared.setNull(7, java.sql.Types.VARCHAR);
    for (int i = 0; i < 2; i++) columns("parameters", prepared.executeQuery());
  }

  static void writing(Connection connection, Statement statement) throws SQLException {
    statement.execute("CREATE OR REPLACE TABLE smoke (id int PRIMARY KEY AUTO_INCREMENT, name text)");
    connection.setAutoCommit(false);
    var savepoint = connection.setSavepoint();
    statement.execute("INSERT INTO smoke VALUES (1, 'gone')");
    connection.rollback(savepoint);
    statement.execute("INSERT INTO smoke (name) VALUES ('kept')", Statement.RETURN_GENERATED_KEYS);
    columns("keys", statement.getGeneratedKeys());
    connection.commit();
    try (var insert = connection.prepareStatement("INSERT INTO smoke VALUES (?, ?)")) {
      for (int i = 10; i < 15; i++) {
        insert.setInt(1, i);
        insert.setString(2, "b");
        insert.addBatch();
      }
      show("batch", Arrays.toString(insert.executeBatch()));
    }
    connection.commit();
    connection.setAutoCommit(true);
    statement.setFetchSize(2);
    columns("cursor", statement.executeQuery("SELECT * FROM smoke ORDER BY id"));
    statement.setFetchSize(0);
  }

  static void cancelling(Statement statement) throws SQLException {
    new Timer(true).schedule(
        new TimerTask() {
          public void run() {
            try {
              statement.cancel();
            } catch (SQLException error) {
              failed("cancel", error);
            }
          }
        },
        500);
    try {
      statement.execute("SELECT count(*) FROM seq_1_to_1000000000 WHERE seq % 7 = 3");
    } catch (SQLException error) {
      failed("cancel", error);
    }
  }

  static void masked(Connection connection) throws SQLException {
    columns("masked", connection.createStatement().executeQuery("SELECT * FROM every_type"));
    var prepared = connection.prepareStatement("SELECT * FROM customers, every_type WHERE customers.id = ?");
    prepared.setInt(1, 1);
    for (int i = 0; i < 2; i++) columns("masked", prepared.executeQuery());
  }

  static void table(Connection connection, String name) throws SQLException {
    columns("table", connection.createStatement().executeQuery("SELECT * FROM " + name + " ORDER BY id"));
    var prepared = connection.prepareStatement("SELECT * FROM " + name + " WHERE id <= ? ORDER BY id");
    prepared.setInt(1, 2);
    for (int i = 0; i < 2; i++) columns("table", prepared.executeQuery());
  }

  public static void main(String[] args) throws Exception {
    String tls = args[5].isEmpty() ? "&allowPublicKeyRetrieval=true" : "&useSsl=true&serverSslCert=" + args[5];
    String url = "jdbc:mariadb://" + args[0] + ":" + args[1] + "/" + args[4] + "?user=" + args[2] + "&password=" + args[3] + tls;
    for (String how : new String[] {"&useServerPrepStmts=true", "&useServerPrepStmts=false"}) {
      try (Connection connection = DriverManager.getConnection(url + how)) {
        show("mode", how);
        if (args[6].equals("plain")) plain(connection);
        else if (args[6].startsWith("table:")) table(connection, args[6].substring(6));
        else masked(connection);
      }
    }
    show("end", "done");
  }
}
