"""PyMySQL. Usage: mysql-pymysql.py HOST PORT USER PASSWORD DATABASE CA plain|masked|table:NAME. Prints a line for each thing it sees."""
import datetime
import decimal
import sys
import threading
import time

import pymysql
import pymysql.cursors

HOST, PORT, USER, PASSWORD, DATABASE, CA, MODE = sys.argv[1:8]


def connect(**more):
    tls = {"ssl": {"ca": CA}} if CA else {"ssl_disabled": True}
    return pymysql.connect(
        host=HOST, port=int(PORT), user=USER, password=PASSWORD, database=DATABASE, charset="utf8mb4", autocommit=True, **tls, **more
    )


def show(case, value):
    print(f"{case}: {value!r}")


def rows(case, cursor):
    for row in cursor.fetchall():
        for column, value in zip(cursor.description, row):
            show(case, (column[:2], value))


def attempt(case, cursor, sql, values=None):
    try:
        cursor.execute(sql, values)
    except pymysql.Error as error:
        show(case, (type(error).__name__, error.args))


def plain(connection):
    cursor = connection.cursor()
    show("connect", (connection.get_server_info(), connection.character_set_name()))
    cursor.execute("SELECT 1, 'x', NULL")
    rows("simple", cursor)
    cursor.execute("SELECT * FROM every_type")
    rows("types", cursor)
    values = (1, 2.5, decimal.Decimal("1.10"), "ä'", b"\x00\x01", datetime.date(2020, 2, 29), datetime.timedelta(hours=30), None)
    cursor.execute(f"SELECT {', '.join(['%s'] * len(values))}", values)
    rows("parameters", cursor)
    for sql in ("SELECT nothing", "SELEC", "SELECT * FROM nowhere", "INSERT INTO products VALUES (1, 'x', 1)"):
        attempt("errors", cursor, sql)
    cursor.execute("CREATE OR REPLACE TABLE smoke (id int PRIMARY KEY AUTO_INCREMENT, name text)")
    connection.begin()
    show("writing", (cursor.execute("INSERT INTO smoke (name) VALUES ('gone')"), cursor.lastrowid))
    cursor.execute("SAVEPOINT s")
    connection.rollback()
    show("batch", cursor.executemany("INSERT INTO smoke VALUES (%s, %s)", [(10 + i, "v") for i in range(5)]))
    with connect(cursorclass=pymysql.cursors.SSCursor) as streaming, streaming.cursor() as unbuffered:
        unbuffered.execute("SELECT * FROM smoke ORDER BY id")
        show("cursor", unbuffered.fetchmany(2))
        show("cursor", unbuffered.fetchall())
    cursor.execute("CREATE PROCEDURE smoke_two() BEGIN SELECT 1 AS a; SELECT 2 AS b; END")
    cursor.callproc("smoke_two")
    rows("results", cursor)
    show("results", cursor.nextset())
    rows("results", cursor)
    cursor.nextset()
    cursor.execute("DROP PROCEDURE smoke_two")
    with connect(client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS) as many, many.cursor() as several:
        several.execute("SELECT 1; UPDATE smoke SET name = 'w'; SELECT nothing")
        rows("statements", several)
        show("statements", (several.nextset(), several.rowcount))
        try:
            several.nextset()
        except pymysql.Error as error:
            show("statements", error.args)
    cursor.execute("SELECT 1 / 0")
    cursor.execute("SHOW WARNINGS")
    rows("warnings", cursor)

    def kill():
        time.sleep(0.5)
        with connect() as other, other.cursor() as killing:
            killing.execute(f"KILL QUERY {connection.thread_id()}")

    killer = threading.Thread(target=kill)
    killer.start()
    attempt("cancel", cursor, "SELECT count(*) FROM seq_1_to_1000000000 WHERE seq % 7 = 3")
    killer.join()
    connection.ping()
    cursor.execute("DROP TABLE smoke")


def masked(connection):
    cursor = connection.cursor()
    cursor.execute("SELECT * FROM customers WHERE id = %s", (1,))
    rows("masked", cursor)
    cursor.execute("SELECT * FROM every_type")
    rows("masked", cursor)


def table(connection, name):
    cursor = connection.cursor()
    cursor.execute(f"SELECT * FROM {name} ORDER BY id")
    rows("table", cursor)
    cursor.execute(f"SELECT * FROM {name} WHERE id = %s", (1,))
    rows("table", cursor)


made = connect()
if MODE.startswith("table:"):
    table(made, MODE[6:])
elif MODE == "plain":
    plain(made)
else:
    masked(made)
made.close()
show("end", "done")
