import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Timer;
import java.util.TimerTask;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/** PostgreSQL's JDBC driver. Usage: java-jdbc.java JDBC-URL plain|masked TYPES.sql. Prints what a program sees. */
class Smoke {
  static void show(String title, Object... values) {
    System.out.println(title + ": " + Arrays.deepToString(values).replace("\n", "\\n").replaceAll("\\[B@[0-9a-f]+", "[B"));
  }

  static void columns(String title, ResultSet rows) throws SQLException {
    var about = rows.getMetaData();
    while (rows.next()) {
      for (int i = 1; i <= about.getColumnCount(); i++) {
        show(title, about.getColumnName(i), about.getColumnTypeName(i), about.getColumnClassName(i), rows.getString(i), printed(rows.getObject(i)));
      }
    }
    rows.close();
  }

  static Object printed(Object value) throws SQLException {
    if (value instanceof byte[] bytes) return Arrays.toString(bytes);
    if (value instanceof java.sql.Array array) return Arrays.toString((Object[]) array.getArray());
    if (value instanceof java.sql.SQLXML xml) return xml.getString();
    return value;
  }

  static void failed(String title, SQLException error) {
    var server = error instanceof PSQLException known ? known.getServerErrorMessage() : null;
    show(title, error.getSQLState(), error.getMessage(), server == null ? null : server.getPosition(), server == null ? null : server.getConstraint());
  }

  static void plain(Connection connection, String types, boolean simple) throws Exception {
    var about = connection.getMetaData();
    show("connect", about.getDatabaseProductVersion(), about.getDriverVersion());
    var statement = connection.createStatement();
    columns("simple", statement.executeQuery("SELECT 1, 'x'"));
    var doubled = connection.prepareStatement("SELECT ?::int * 2");
    for (int i = 0; i < 8; i++) {
      doubled.setInt(1, i);
      columns("prepared", doubled.executeQuery());
    }
    columns("types in text", statement.executeQuery(types));
    try (var prepared = connection.prepareStatement(types)) {
      for (int i = 0; i < 2; i++) columns("types in binary", prepared.executeQuery());
    }
    // In the simple protocol the driver writes bytes into the text, wrongly.
    if (!simple) parameters(connection);
    for (String sql : new String[] {"SELECT 1/0", "SELECT nothing", "SELEC", "SELECT 'x'::int", "INSERT INTO products VALUES (1, 'x', 1)"}) {
      try {
        statement.execute(sql);
      } catch (SQLException error) {
        failed("errors", error);
      }
    }
    statement.execute("CREATE TABLE smoke (id int PRIMARY KEY, name text)");
    connection.setAutoCommit(false);
    Savepoint savepoint = connection.setSavepoint();
    statement.execute("INSERT INTO smoke VALUES (1, 'gone')");
    connection.rollback(savepoint);
    statement.execute("INSERT INTO smoke VALUES (2, 'kept')");
    connection.commit();
    writing(connection);
    statement.setFetchSize(2);
    columns("cursor", statement.executeQuery("SELECT * FROM smoke ORDER BY id"));
    connection.commit();
    statement.setFetchSize(0);
    connection.setAutoCommit(true);
    columns("tables", about.getColumns(null, "public", "smoke", null));
    cancelling(statement);
    statement.execute("DROP TABLE smoke");
  }

  static void parameters(Connection connection) throws SQLException {
    var prepared = connection.prepareStatement("SELECT ?::int8, ?::float8, ?::numeric, ?, ?, ?, ?, ?");
    prepared.setLong(1, 1);
    prepared.setDouble(2, 2.5);
    prepared.setBigDecimal(3, new java.math.BigDecimal("1.10"));
    prepared.setString(4, "ä");
    prepared.setBytes(5, new byte[] {0, -1});
    prepared.setObject(6, LocalDate.of(2020, 2, 29));
    prepared.setArray(7, connection.createArrayOf("int4", new Integer[] {1, null}));
    prepared.setNull(8, java.sql.Types.VARCHAR);
    for (int i = 0; i < 2; i++) columns("parameters", prepared.executeQuery());
  }

  static void writing(Connection connection) throws Exception {
    PreparedStatement insert = connection.prepareStatement("INSERT INTO smoke VALUES (?, ?)");
    for (int i = 10; i < 13; i++) {
      insert.setInt(1, i);
      insert.setString(2, "b");
      insert.addBatch();
    }
    show("batch", Arrays.toString(insert.executeBatch()));
    var copy = connection.unwrap(PGConnection.class).getCopyAPI();
    show("copy", copy.copyIn("COPY smoke FROM STDIN CSV", new StringReader("20,a\n21,\n")));
    var out = new StringWriter();
    show("copy", copy.copyOut("COPY (SELECT * FROM smoke ORDER BY id) TO STDOUT", out), out);
    connection.commit();
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
      statement.execute("SELECT pg_sleep(30)");
    } catch (SQLException error) {
      failed("cancel", error);
    }
  }

  static void masked(Connection connection) throws Exception {
    var statement = connection.createStatement();
    columns("masked", statement.executeQuery("SELECT * FROM every_type"));
    var prepared = connection.prepareStatement("SELECT * FROM customers, every_type WHERE id = ?");
    prepared.setInt(1, 1);
    for (int i = 0; i < 2; i++) columns("masked", prepared.executeQuery());
    var out = new StringWriter();
    var copy = connection.unwrap(PGConnection.class).getCopyAPI();
    show("masked copy", copy.copyOut("COPY customers TO STDOUT", out), out);
  }

  public static void main(String[] args) throws Exception {
    String types = Files.readString(Path.of(args[2]));
    // From the first execution on, results come in binary; the simple protocol knows text only.
    for (String how : new String[] {"&prepareThreshold=-1", "&preferQueryMode=simple"}) {
      try (Connection connection = DriverManager.getConnection(args[0] + how)) {
        show("mode", how);
        if (args[1].equals("plain")) plain(connection, types, how.endsWith("simple"));
        else masked(connection);
      }
    }
    show("end", "done");
  }
}
