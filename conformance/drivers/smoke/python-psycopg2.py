"""psycopg2. Usage: python-psycopg2.py URL plain|masked. Prints a line for each thing that a program sees."""
import datetime
import decimal
import io
import pathlib
import sys
import threading

import psycopg2
import psycopg2.extras

URL, MODE = sys.argv[1:3]
TYPES = pathlib.Path(__file__).with_name("types.sql").read_text()


def show(case, value):
    print(f"{case}: {value!r}")


def rows(case, cursor):
    for row in cursor.fetchall():
        for column, value in zip(cursor.description, row):
            show(case, (column.name, column.type_code, bytes(value) if isinstance(value, memoryview) else value))


def plain(connection):
    cursor = connection.cursor()
    show("connect", (connection.server_version, connection.get_parameter_status("server_encoding")))
    cursor.execute("SELECT 1, 'x'")
    show("simple", cursor.fetchall())
    cursor.execute("PREPARE doubled AS SELECT $1::int * 2")
    for number in range(4):
        cursor.execute("EXECUTE doubled (%s)", (number,))
        show("prepared", cursor.fetchone())
    cursor.execute(TYPES)
    rows("types", cursor)
    values = (1, 2.5, decimal.Decimal("1.10"), "ä", b"\x00\xff", datetime.date(2020, 2, 29), [1, 2], None)
    cursor.execute(f"SELECT {', '.join(['%s'] * len(values))}", values)
    rows("parameters", cursor)
    for statement in ("SELECT 1/0", "SELECT nothing", "SELEC", "SELECT 'x'::int", "INSERT INTO products VALUES (1, 'x', 1)"):
        try:
            cursor.execute(statement)
        except psycopg2.Error as error:
            show("errors", (error.pgcode, error.pgerror, error.diag.statement_position, error.diag.constraint_name))
    connection.autocommit = False
    cursor.execute("CREATE TABLE smoke (id int PRIMARY KEY, name text); SAVEPOINT s; INSERT INTO smoke VALUES (1, 'gone')")
    cursor.execute("ROLLBACK TO s")
    connection.commit()
    cursor.execute("INSERT INTO smoke VALUES (2, 'gone')")
    connection.rollback()
    cursor.execute("SELECT count(*) FROM smoke")
    show("transaction", cursor.fetchone())
    connection.commit()
    connection.autocommit = True
    cursor.copy_expert("COPY smoke FROM STDIN", io.StringIO("1\ta\n2\t\\N\n"))
    out = io.StringIO()
    cursor.copy_expert("COPY smoke TO STDOUT CSV HEADER", out)
    show("copy", out.getvalue())
    psycopg2.extras.execute_values(cursor, "INSERT INTO smoke VALUES %s", [(10 + i, "v") for i in range(3)])
    show("batch", cursor.statusmessage)
    threading.Timer(0.5, connection.cancel).start()
    try:
        cursor.execute("SELECT pg_sleep(30)")
    except psycopg2.Error as error:
        show("cancel", (error.pgcode, error.pgerror))
    cursor.execute("DROP TABLE smoke")
    show("cancel", cursor.statusmessage)


def masked(connection):
    cursor = connection.cursor()
    cursor.execute("SELECT * FROM customers WHERE id = %s", (1,))
    rows("masked", cursor)
    cursor.execute("SELECT * FROM every_type")
    rows("masked", cursor)
    out = io.StringIO()
    cursor.copy_expert("COPY customers TO STDOUT CSV", out)
    show("masked copy", out.getvalue())


made = psycopg2.connect(URL)
made.autocommit = True
plain(made) if MODE == "plain" else masked(made)
made.close()
show("end", "done")
