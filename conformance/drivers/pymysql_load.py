"""Loads a file of the client's with PyMySQL. Usage: pymysql_load.py HOST PORT USER PASSWORD DATABASE CA FILE TABLE

Prints how many rows the database took, or the number of the error.
"""
import sys

import pymysql

host, port, user, password, database, ca, file, table = sys.argv[1:]
connection = pymysql.connect(
    host=host,
    port=int(port),
    user=user,
    password=password,
    database=database,
    charset="utf8mb4",
    ssl={"ca": ca},
    local_infile=True,
    autocommit=True,
)
cursor = connection.cursor()
try:
    print("loaded", cursor.execute(f"LOAD DATA LOCAL INFILE %s INTO TABLE {table}", [file]))
except pymysql.err.MySQLError as error:
    print("error", error.args[0])
connection.close()
