"""One session with psycopg2 after another. Prints what a program sees.

Usage: psycopg2_session.py URL
"""
import datetime
import decimal
import io
import select
import sys
import threading
import time
import uuid

import psycopg2
import psycopg2.extensions
import psycopg2.extras

URL = sys.argv[1]


def show(title, value):
    print(f"{title}: {value!r}")


def error_of(title, act):
    """What psycopg2 makes of the error that `act` ends in."""
    try:
        act()
        print(f"{title}: no error")
    except psycopg2.Error as error:
        diag = error.diag
        show(
            title,
            (type(error).__name__, error.pgcode, error.pgerror, diag.message_detail, diag.message_hint)
            + (diag.table_name, diag.column_name, diag.constraint_name, diag.statement_position),
        )


def types(connection):
    cursor = connection.cursor()
    psycopg2.extras.register_uuid()
    values = (
        None,
        True,
        -(2**31),
        2**62,
        1.5,
        decimal.Decimal("12345678901234567890.123456789"),
        "h\u00e4llo \u2603 ' \\ \n",
        b"\x00\x01\xff",
        datetime.date(2020, 2, 29),
        datetime.time(23, 59, 59, 999999),
        datetime.datetime(2020, 2, 29, 1, 2, 3, tzinfo=datetime.timezone.utc),
        datetime.timedelta(days=3, seconds=7),
        uuid.UUID(int=7),
        [1, 2, None],
        ["a", 'b"c', None],
        psycopg2.extras.Json({"a": [1, None, "x"]}),
        psycopg2.extras.NumericRange(1, 5),
    )
    marks = ", ".join(["%s"] * len(values))
    cursor.execute(f"SELECT {marks}, row(1, 'x'), point(1, 2), inet '10.0.0.1', '{{}}'::int[], 'x'::\"char\"", values)
    row = cursor.fetchone()
    show("types", [bytes(value) if isinstance(value, memoryview) else value for value in row])
    show("description", [(column.name, column.type_code, column.internal_size) for column in cursor.description])
    cursor.execute("SELECT %(a)s::int + %(b)s, %(a)s::text", {"a": 1, "b": 2})
    show("named parameters", cursor.fetchall())


def writing(connection):
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL, age int CHECK (age >= 0))")
    cursor.executemany("INSERT INTO people (name, age) VALUES (%s, %s)", [(f"n{i}", i) for i in range(20)])
    show("executemany", (cursor.rowcount, cursor.statusmessage))
    rows = [(f"v{i}", i) for i in range(2500)]
    psycopg2.extras.execute_values(cursor, "INSERT INTO people (name, age) VALUES %s", rows, page_size=1000)
    psycopg2.extras.execute_batch(cursor, "UPDATE people SET age = age + %s WHERE id = %s", [(1, 1), (2, 2)])
    cursor.execute("INSERT INTO people (name, age) VALUES ('r', 1) RETURNING id, name")
    show("returning", cursor.fetchall())
    cursor.execute("DELETE FROM people WHERE age > 10000")
    show("delete", (cursor.rowcount, cursor.statusmessage))
    connection.commit()
    cursor.execute("SELECT count(*), sum(age) FROM people")
    show("written", cursor.fetchone())
    connection.commit()


def cursors(connection):
    named = connection.cursor("walk")
    named.itersize = 100
    named.execute("SELECT id, name FROM people ORDER BY id LIMIT %s", (1050,))
    show("first", named.fetchone())
    show("ten", named.fetchmany(10))
    show("rest", sum(1 for _ in named))
    named.close()
    scroll = connection.cursor("back", scrollable=True, withhold=True)
    scroll.execute("SELECT g FROM generate_series(1, 50) g")
    connection.commit()
    scroll.scroll(40)
    show("scrolled", scroll.fetchmany(3))
    scroll.scroll(-20)
    show("back", scroll.fetchone())
    scroll.close()
    connection.commit()
    as_dict = connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor)
    as_dict.execute("SELECT id, title FROM products ORDER BY id LIMIT 2")
    show("dicts", [dict(row) for row in as_dict.fetchall()])
    connection.commit()


def copying(connection):
    cursor = connection.cursor()
    cursor.execute("CREATE TEMP TABLE copied (a int, b text)")
    lines = "".join(f"{i}\tline {i}\n" for i in range(30000))
    cursor.copy_expert("COPY copied FROM STDIN", io.StringIO(lines))
    show("copied in", cursor.rowcount)
    out = io.StringIO()
    cursor.copy_expert("COPY (SELECT * FROM copied ORDER BY a) TO STDOUT", out)
    show("copied out", out.getvalue() == lines)
    out = io.BytesIO()
    cursor.copy_expert("COPY (SELECT a, b FROM copied WHERE a < 3) TO STDOUT (FORMAT binary)", out)
    show("binary", out.getvalue())
    again = io.BytesIO(out.getvalue())
    cursor.copy_expert("COPY copied FROM STDIN (FORMAT binary)", again)
    show("binary in", cursor.rowcount)
    cursor.copy_from(io.StringIO("1,x\n"), "copied", sep=",")
    out = io.StringIO()
    cursor.copy_expert("COPY products TO STDOUT (FORMAT csv, HEADER)", out)
    show("csv", out.getvalue())
    connection.commit()
    error_of("bad line", lambda: cursor.copy_expert("COPY copied FROM STDIN", io.StringIO("1\tx\nx\ty\n")))
    connection.rollback()

    class Broken:
        def read(self, _size):
            raise OSError("the source broke")

    error_of("source breaks", lambda: cursor.copy_expert("COPY copied FROM STDIN", Broken()))
    connection.rollback()
    cursor.execute("SELECT count(*) FROM copied")
    show("still there", cursor.fetchone())
    connection.commit()


def errors(connection):
    cursor = connection.cursor()
    for title, sql in (
        ("syntax", "SELEC 1"),
        ("missing table", "SELECT * FROM nothing"),
        ("missing column", "SELECT nothing FROM products"),
        ("division", "SELECT 1/0"),
        ("unique", "INSERT INTO products VALUES (1, 'x', 1)"),
        ("not null", "INSERT INTO products VALUES (77, NULL, 1)"),
        ("foreign key", "DELETE FROM customers WHERE id = 1"),
        ("check", "INSERT INTO people (name, age) VALUES ('x', -1)"),
        ("cast", "SELECT 'x'::int"),
        ("raised", "DO $$ BEGIN RAISE 'own %', 1 USING ERRCODE = 'P0042', DETAIL = 'd', HINT = 'h'; END $$"),
        ("read only", "SET TRANSACTION READ ONLY; CREATE TABLE x (a int)"),
    ):
        error_of(title, lambda sql=sql: cursor.execute(sql))
        show("status", connection.get_transaction_status())
        error_of("aborted", lambda: cursor.execute("SELECT 1"))
        connection.rollback()
    cursor.execute("INSERT INTO products VALUES (500, 'kept not', 1)")
    cursor.execute("SAVEPOINT s")
    error_of("in savepoint", lambda: cursor.execute("SELECT 1/0"))
    cursor.execute("ROLLBACK TO SAVEPOINT s")
    cursor.execute("SELECT count(*) FROM products WHERE id = 500")
    show("before rollback", cursor.fetchone())
    connection.rollback()
    cursor.execute("SELECT count(*) FROM products WHERE id = 500")
    show("after rollback", cursor.fetchone())
    connection.rollback()


def cancelling(connection, watcher):
    """Cancels from another thread once `watcher` sees the statement run."""
    cursor = connection.cursor()
    pid = connection.info.backend_pid
    cursor.execute("SELECT pg_backend_pid()")
    show("same process", cursor.fetchone()[0] == pid)

    def cancel():
        look = watcher.cursor()
        until = time.monotonic() + 60
        while time.monotonic() < until:
            look.execute("SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = %s", (pid,))
            if look.fetchone() == (True,):
                connection.cancel()
                return

    thread = threading.Thread(target=cancel)
    thread.start()
    error_of("cancelled", lambda: cursor.execute("SELECT pg_sleep(600)"))
    thread.join()
    connection.rollback()
    cursor.execute("SELECT 'usable'")
    show("after cancel", cursor.fetchone())
    connection.rollback()


def notifying(connection, other):
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("LISTEN news")
    other.cursor().execute("NOTIFY news, 'from another'")
    while not connection.notifies:
        if not select.select([connection], [], [], 60)[0]:
            break
        connection.poll()
    show("notified", [(n.channel, n.payload, n.pid == other.info.backend_pid) for n in connection.notifies])
    cursor.execute("DO $$ BEGIN RAISE NOTICE 'a notice'; RAISE WARNING 'a warning'; END $$")
    show("notices", connection.notices[-2:])
    cursor.execute("CREATE DATABASE made_by_psycopg2 TEMPLATE template0")
    cursor.execute("DROP DATABASE made_by_psycopg2")
    show("autocommit", connection.get_transaction_status())
    connection.autocommit = False


def settings(connection):
    for level in ("REPEATABLE READ", "SERIALIZABLE", "READ COMMITTED"):
        connection.set_session(isolation_level=level, readonly=True, deferrable=level == "SERIALIZABLE")
        cursor = connection.cursor()
        cursor.execute("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
        show(level, cursor.fetchone())
        connection.rollback()
    connection.set_session(readonly=False)
    connection.set_client_encoding("LATIN1")
    cursor.execute("SELECT '\u00e4\u00f6', length('\u00e4\u00f6')")
    show("latin1", (cursor.fetchone(), connection.encoding))
    connection.set_client_encoding("UTF8")
    show("server", (connection.server_version, connection.get_parameter_status("server_encoding")))
    show("time zone", connection.get_parameter_status("TimeZone"))
    connection.rollback()
    connection.reset()


def large(connection):
    cursor = connection.cursor()
    text = "x" * 5_000_000
    cursor.execute("SELECT %s, length(%s)", (text, text))
    back, length = cursor.fetchone()
    show("large", (back == text, length))
    cursor.execute("SELECT g, 'row ' || g FROM generate_series(1, 100000) g")
    show("many rows", sum(number for number, _ in cursor))
    connection.rollback()


def main():
    connection = psycopg2.connect(URL)
    other = psycopg2.connect(URL)
    other.autocommit = True
    types(connection)
    writing(connection)
    cursors(connection)
    copying(connection)
    errors(connection)
    cancelling(connection, other)
    notifying(connection, other)
    settings(connection)
    large(connection)
    with connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE people")
    connection.close()
    other.close()
    show("closed", connection.closed)


main()
