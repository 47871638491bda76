"""Reads masked values as psycopg2 does: [[type, text, where], ...] on stdin, what it could not read on stdout."""
import json
import sys

import psycopg2

connection = psycopg2.connect(sys.argv[1])
connection.autocommit = True
cursor = connection.cursor()
cursor.execute("set search_path = ''")
refused = []
read = 0
for kind, value, where in json.load(sys.stdin):
    try:
        cursor.execute("select %s::" + kind.replace("%", "%%"), (value,))
        cursor.fetchall()
        read += 1
    except Exception as error:  # whatever it says, it did not read the value
        refused.append(f"{where}: {error}")
print(json.dumps({"read": read, "refused": refused[:50]}))
