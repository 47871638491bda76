"""mysqlclient. Usage: mysql-mysqlclient.py HOST PORT USER PASSWORD DATABASE CA plain|masked|table:NAME. Prints what a program sees."""
import datetime
import sys
import threading
import time

import MySQLdb
import MySQLdb.cursors
from MySQLdb.constants import CLIENT

HOST, PORT, USER, PASSWORD, DATABASE, CA, MODE = sys.argv[1:8]


def connect(**more):
    tls = {"ssl": {"ca": CA}} if CA else {}
    more["client_flag"] = CLIENT.MULTI_STATEMENTS
    return MySQLdb.connect(
        host=HOST, port=int(PORT), user=USER, passwd=PASSWORD, db=DATABASE, charset="utf8mb4", autocommit=True, **tls, **more
    )


def show(case, value):
    print(f"{case}: {value!r}")


def rows(case, cursor):
    for row in cursor.fetchall():
        for column, flags, value in zip(cursor.description, cursor.description_flags, row):
            show(case, (column, flags, value))


def attempt(case, cursor, sql, values=None):
    try:
        cursor.execute(sql, values)
    except MySQLdb.Error as error:
        show(case, (type(error).__name__, error.args))


def plain(connection):
    cursor = connection.cursor()
    show("connect", (connection.get_server_info(), connection.character_set_name(), connection.get_proto_info()))
    cursor.execute("SELECT 1, 'x', NULL")
    rows("simple", cursor)
    cursor.execute("SELECT * FROM every_type")
    rows("types", cursor)
    values = (1, 2.5, "ä'", b"\x00\x01", datetime.date(2020, 2, 29), datetime.timedelta(hours=30), None)
    cursor.execute(f"SELECT {', '.join(['%s'] * len(values))}", values)
    rows("parameters", cursor)
    for sql in ("SELECT nothing", "SELEC", "SELECT * FROM nowhere", "INSERT INTO products VALUES (1, 'x', 1)"):
        attempt("errors", cursor, sql)
    cursor.execute("CREATE OR REPLACE TABLE smoke (id int PRIMARY KEY AUTO_INCREMENT, name text)")
    connection.begin()
    cursor.execute("INSERT INTO smoke (name) VALUES ('gone')")
    show("writing", (cursor.rowcount, cursor.lastrowid))
    connection.rollback()
    show("batch", cursor.executemany("INSERT INTO smoke VALUES (%s, %s)", [(10 + i, "v") for i in range(5)]))
    streaming = connect(cursorclass=MySQLdb.cursors.SSCursor)
    unbuffered = streaming.cursor()
    unbuffered.execute("SELECT * FROM smoke ORDER BY id")
    show("cursor", unbuffered.fetchmany(2))
    show("cursor", unbuffered.fetchall())
    unbuffered.close()
    streaming.close()
    cursor.execute("SELECT 1; UPDATE smoke SET name = 'w'; SELECT nothing")
    rows("statements", cursor)
    show("statements", (cursor.nextset(), cursor.rowcount))
    try:
        cursor.nextset()
    except MySQLdb.Error as error:
        show("statements", error.args)
    cursor = connection.cursor()
    cursor.execute("SELECT 1 / 0")
    show("warnings", (connection.warning_count(), connection.show_warnings()))
    show("info", (connection.info(), connection.affected_rows(), connection.insert_id()))
    connection.select_db(DATABASE)
    cursor.execute("SELECT database() IS NOT NULL")
    rows("database", cursor)

    def kill():
        time.sleep(0.5)
        other = connect()
        other.query(f"KILL QUERY {connection.thread_id()}")
        other.close()

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
