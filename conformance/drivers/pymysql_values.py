"""Every table whose name is given, as PyMySQL decodes it. Usage: pymysql_values.py HOST PORT USER PASSWORD DATABASE CA TABLE...

Prints a JSON object: table -> rows -> cells, a cell being null or what the Python type of the value is and the value.
"""
import json
import sys

import pymysql

host, port, user, password, database, ca = sys.argv[1:7]
connection = pymysql.connect(
    host=host, port=int(port), user=user, password=password, database=database, charset="utf8mb4", ssl={"ca": ca}
)
cursor = connection.cursor()


def cell(value):
    return None if value is None else [type(value).__name__, repr(value)]


def rows(table):
    cursor.execute(f"SELECT * FROM {table} ORDER BY id")
    return [[cell(value) for value in row[1:]] for row in cursor.fetchall()]


print(json.dumps({table: rows(table) for table in sys.argv[7:]}))
connection.close()
