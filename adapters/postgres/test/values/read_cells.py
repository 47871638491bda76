"""Reads masked cells as psycopg 3 does: [[oid, "text" or "binary", hex, where], ...] on stdin, what it could not read on stdout."""
import json
import sys

import psycopg
from psycopg.adapt import Transformer
from psycopg.pq import Format

connection = psycopg.connect(sys.argv[1])
loaders = Transformer(connection)
refused = []
read = 0
for oid, format, cell, where in json.load(sys.stdin):
    try:
        loaders.get_loader(oid, Format[format.upper()]).load(bytes.fromhex(cell))
        read += 1
    except Exception as error:  # whatever it says, it did not read the value
        refused.append(f"{where} {format}: {error}")
print(json.dumps({"read": read, "refused": refused[:50]}))
