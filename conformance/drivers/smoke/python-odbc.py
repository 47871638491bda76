"""psqlODBC, by pyodbc. Usage: python-odbc.py URL plain|masked. Prints a line for each thing that a program sees."""
import datetime
import decimal
import os
import pathlib
import sys
import threading
import urllib.parse

import pyodbc

URL, MODE = sys.argv[1:3]
TYPES = pathlib.Path(__file__).with_name("types.sql").read_text()


def show(case, value):
    print(f"{case}: {value!r}")


def connect(server_side_prepare):
    url = urllib.parse.urlsplit(URL)
    tls = dict(urllib.parse.parse_qsl(url.query))
    os.environ["PGSSLROOTCERT"] = tls.get("sslrootcert", "")
    settings = {
        "DRIVER": "{PostgreSQL Unicode}",
        "SERVER": url.hostname,
        "PORT": url.port,
        "DATABASE": url.path[1:],
        "UID": url.username,
        "PWD": url.password,
        "SSLMODE": tls["sslmode"],
        "UseServerSidePrepare": server_side_prepare,
    }
    return pyodbc.connect(";".join(f"{name}={value}" for name, value in settings.items()), autocommit=True)


def rows(case, cursor):
    for row in cursor.fetchall():
        for column, value in zip(cursor.description, row):
            show(case, (column[0], column[1].__name__, value))


def plain(connection):
    cursor = connection.cursor()
    show("connect", connection.getinfo(pyodbc.SQL_DBMS_VER))
    show("simple", cursor.execute("SELECT 1, 'x'").fetchall())
    for number in range(4):
        show("prepared", cursor.execute("SELECT ?::int * 2", number).fetchone())
    rows("types", cursor.execute(TYPES.replace("?", "")))
    values = (1, 2.5, decimal.Decimal("1.10"), "ä", b"\x00\xff", datetime.date(2020, 2, 29), None)
    rows("parameters", cursor.execute("SELECT ?::int, ?::float8, ?::numeric, ?::text, ?::bytea, ?::date, ?::text", values))
    for statement in ("SELECT 1/0", "SELECT nothing", "SELEC", "SELECT 'x'::int", "INSERT INTO products VALUES (1, 'x', 1)"):
        try:
            cursor.execute(statement).fetchall()
        except pyodbc.Error as error:
            show("errors", error.args)
    cursor.execute("CREATE TABLE smoke (id int PRIMARY KEY, name text)")
    connection.autocommit = False
    cursor.execute("INSERT INTO smoke VALUES (1, 'gone')")
    connection.rollback()
    cursor.execute("INSERT INTO smoke VALUES (2, 'kept')")
    connection.commit()
    show("transaction", cursor.execute("SELECT * FROM smoke").fetchall())
    connection.commit()
    connection.autocommit = True
    cursor.executemany("INSERT INTO smoke VALUES (?, ?)", [(10 + i, "m") for i in range(3)])
    show("batch", cursor.execute("SELECT count(*) FROM smoke").fetchone())
    show("tables", [row.table_name for row in cursor.tables(table="smoke")])
    show("columns", [(row.column_name, row.type_name) for row in cursor.columns(table="smoke")])
    canceller = threading.Timer(0.5, cursor.cancel)
    canceller.start()
    try:
        cursor.execute("SELECT pg_sleep(30)")
    except pyodbc.Error as error:
        show("cancel", error.args)
    # The driver crashes where its handle is used before SQLCancel has returned.
    canceller.join()
    cursor.execute("DROP TABLE smoke")


def masked(connection):
    cursor = connection.cursor()
    rows("masked", cursor.execute("SELECT * FROM customers WHERE id = ?", 1))
    rows("masked", cursor.execute("SELECT * FROM every_type"))


for prepare in (0, 1):
    made = connect(prepare)
    plain(made) if MODE == "plain" else masked(made)
    made.close()
show("end", "done")
