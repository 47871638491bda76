"""psycopg 3. Usage: python-psycopg.py URL plain|masked. Prints a line for each thing that a program sees."""
import datetime
import decimal
import pathlib
import sys
import threading
import uuid

import psycopg

URL, MODE = sys.argv[1:3]
TYPES = pathlib.Path(__file__).with_name("types.sql").read_text()


def show(case, value):
    print(f"{case}: {value!r}")


def rows(case, cursor):
    for row in cursor.fetchall():
        for column, value in zip(cursor.description, row):
            show(case, (column.name, column.type_code, value))


def plain(connection):
    show("connect", (connection.info.server_version, connection.info.parameter_status("server_encoding")))
    show("simple", connection.execute("SELECT 1, 'x'").fetchall())
    for number in range(4):
        show("prepared", connection.execute("SELECT %s::int * 2", (number,), prepare=True).fetchone())
    rows("types in text", connection.execute(TYPES))
    rows("types in binary", connection.cursor(binary=True).execute(TYPES))
    values = (1, 2.5, decimal.Decimal("1.10"), "ä", b"\x00\xff", datetime.date(2020, 2, 29), uuid.UUID(int=7), [1, 2], None)
    show("parameters", connection.execute(f"SELECT {', '.join(['%s'] * len(values))}", values).fetchone())
    show("parameters in binary", connection.execute("SELECT %b::int8, %b::text, %b::date", (7, "ä", values[5])).fetchone())
    for statement in ("SELECT 1/0", "SELECT nothing", "SELEC", "SELECT 'x'::int", "INSERT INTO products VALUES (1, 'x', 1)"):
        try:
            connection.execute(statement)
        except psycopg.Error as error:
            diag = error.diag
            show("errors", (error.sqlstate, diag.message_primary, diag.message_detail, diag.statement_position, diag.constraint_name))
    connection.autocommit = False
    with connection.transaction():
        connection.execute("CREATE TABLE smoke (id int PRIMARY KEY, name text)")
        try:
            with connection.transaction():
                connection.execute("INSERT INTO smoke VALUES (1, 'gone')")
                raise psycopg.Rollback()
        except psycopg.Error as error:
            show("transaction", error)
    show("transaction", connection.execute("SELECT count(*) FROM smoke").fetchone())
    connection.rollback()
    connection.autocommit = True
    copying(connection)
    with connection.pipeline():
        cursors = [connection.execute("INSERT INTO smoke VALUES (%s, %s) RETURNING id", (10 + i, "p")) for i in range(3)]
        show("pipeline", [cursor.fetchone() for cursor in cursors])
    with connection.transaction(), connection.cursor("named") as cursor:
        cursor.execute("SELECT id FROM smoke ORDER BY id")
        show("cursor", (cursor.fetchmany(2), cursor.fetchall()))
    cancelling(connection)
    connection.execute("DROP TABLE smoke")


def copying(connection):
    cursor = connection.cursor()
    with cursor.copy("COPY smoke FROM STDIN") as copy:
        copy.write_row((1, "tab\there"))
        copy.write_row((2, None))
    with cursor.copy("COPY smoke FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(["int4", "text"])
        copy.write_row((3, "binary"))
    with cursor.copy("COPY smoke TO STDOUT") as copy:
        show("copy", [bytes(part) for part in copy])
    with cursor.copy("COPY smoke TO STDOUT (FORMAT binary)") as copy:
        copy.set_types(["int4", "text"])
        show("copy in binary", list(copy.rows()))


def cancelling(connection):
    threading.Timer(0.5, connection.cancel).start()
    try:
        connection.execute("SELECT pg_sleep(30)")
    except psycopg.Error as error:
        show("cancel", (error.sqlstate, str(error)))
    show("cancel", connection.execute("SELECT 'usable'").fetchone())


def masked(connection):
    for binary in (False, True):
        cursor = connection.cursor(binary=binary)
        rows("masked", cursor.execute("SELECT * FROM customers WHERE id = %s", (1,)))
        rows("masked", cursor.execute("SELECT * FROM every_type"))
    with connection.cursor().copy("COPY customers TO STDOUT (FORMAT binary)") as copy:
        copy.set_types(["int4", "text", "text", "text", "varchar", "text", "date", "text"])
        for row in copy.rows():
            show("masked copy", row)


with psycopg.connect(URL, autocommit=True) as made:
    plain(made) if MODE == "plain" else masked(made)
show("end", "done")
