"""asyncpg. Usage: python-asyncpg.py URL plain|masked. Prints a line for each thing that a program sees."""
import asyncio
import datetime
import decimal
import io
import pathlib
import sys
import uuid

import asyncpg

URL, MODE = sys.argv[1:3]
TYPES = pathlib.Path(__file__).with_name("types.sql").read_text()


def show(case, value):
    print(f"{case}: {value!r}")


def columns(case, records):
    for record in records:
        for name, value in record.items():
            show(case, (name, value))


async def plain(connection):
    show("connect", (connection.get_server_version()[:2], connection.get_settings().server_encoding))
    show("simple", await connection.execute("SELECT 1; SELECT 2"))
    statement = await connection.prepare("SELECT $1::int * 2 AS doubled")
    show("prepared", [parameter.name for parameter in statement.get_parameters()])
    for number in range(4):
        show("prepared", await statement.fetchval(number))
    columns("types in binary", await connection.fetch(TYPES))
    values = (1, 2.5, decimal.Decimal("1.10"), "ä", b"\x00\xff", datetime.date(2020, 2, 29), uuid.UUID(int=7), [1, 2], None)
    types = ("int", "float8", "numeric", "text", "bytea", "date", "uuid", "int[]", "text")
    marks = ", ".join(f"${i + 1}::{name}" for i, name in enumerate(types))
    columns("parameters", await connection.fetch(f"SELECT {marks}", *values))
    for text in ("SELECT 1/0", "SELECT nothing", "SELEC", "SELECT 'x'::int", "INSERT INTO products VALUES (1, 'x', 1)"):
        try:
            await connection.fetch(text)
        except asyncpg.PostgresError as error:
            show("errors", (type(error).__name__, error.sqlstate, error.message, error.detail, error.position))
    await connection.execute("CREATE TABLE smoke (id int PRIMARY KEY, name text)")
    try:
        async with connection.transaction():
            await connection.execute("INSERT INTO smoke VALUES (1, 'kept')")
            async with connection.transaction():
                await connection.execute("INSERT INTO smoke VALUES (1, 'twice')")
    except asyncpg.UniqueViolationError as error:
        show("transaction", error.constraint_name)
    show("transaction", await connection.fetchval("SELECT count(*) FROM smoke"))
    show("copy in binary", await connection.copy_records_to_table("smoke", records=[(1, "a"), (2, None)]))
    out = io.BytesIO()
    show("copy", (await connection.copy_from_query("SELECT * FROM smoke WHERE id < $1", 9, output=out), out.getvalue()))
    await connection.executemany("INSERT INTO smoke VALUES ($1, $2)", [(10 + i, "m") for i in range(3)])
    async with connection.transaction():
        show("cursor", [record["id"] async for record in connection.cursor("SELECT id FROM smoke ORDER BY 1", prefetch=2)])
    try:
        await connection.fetch("SELECT pg_sleep(30)", timeout=0.5)
    except asyncio.TimeoutError:
        show("cancel", "timeout")
    show("cancel", await connection.execute("DROP TABLE smoke"))


async def masked(connection):
    columns("masked", await connection.fetch("SELECT * FROM customers WHERE id = $1", 1))
    columns("masked", await connection.fetch("SELECT * FROM every_type"))
    out = io.BytesIO()
    await connection.copy_from_query("SELECT * FROM customers", output=out, format="csv")
    show("masked copy", out.getvalue())


async def main():
    connection = await asyncpg.connect(URL)
    await (plain(connection) if MODE == "plain" else masked(connection))
    await connection.close()
    show("end", "done")


asyncio.run(main())
