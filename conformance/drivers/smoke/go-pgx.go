// pgx. Usage: go-pgx URL plain|masked TYPES.sql. Prints a line for each thing that a program sees.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
)

var ctx = context.Background()

func show(title string, values ...interface{}) { fmt.Printf("%s: %q\n", title, fmt.Sprintf("%+v", values)) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// columns prints the raw bytes of every value, and what pgx decodes them to.
func columns(title string, connection *pgx.Conn, sql string, args ...interface{}) {
	rows, err := connection.Query(ctx, sql, args...)
	must(err)
	defer rows.Close()
	for rows.Next() {
		decoded, err := rows.Values()
		must(err)
		for i, field := range rows.FieldDescriptions() {
			show(title, string(field.Name), field.DataTypeOID, field.Format, rows.RawValues()[i], decoded[i])
		}
	}
	must(rows.Err())
}

func failed(title string, err error) {
	var known *pgconn.PgError
	if errors.As(err, &known) {
		show(title, known.Code, known.Message, known.Detail, known.Position, known.ConstraintName, known.Routine)
	} else {
		show(title, err)
	}
}

func plain(connection *pgx.Conn, types string) {
	show("connect", connection.PgConn().ParameterStatus("server_version"))
	columns("simple", connection, "SELECT 1, 'x'", pgx.QuerySimpleProtocol(true))
	_, err := connection.Prepare(ctx, "doubled", "SELECT $1::int * 2")
	must(err)
	for i := 0; i < 4; i++ {
		columns("prepared", connection, "doubled", i)
	}
	columns("types in text", connection, types, pgx.QuerySimpleProtocol(true))
	columns("types in binary", connection, types)
	columns("parameters", connection, "SELECT $1::int, $2::float8, $3::numeric, $4::text, $5::bytea, $6::date, $7::int[], $8::text",
		1, 2.5, "1.10", "ä", []byte{0, 255}, time.Date(2020, 2, 29, 0, 0, 0, 0, time.UTC), []int32{1, 2}, nil)
	for _, sql := range []string{"SELECT 1/0", "SELECT nothing", "SELEC", "SELECT 'x'::int", "INSERT INTO products VALUES (1, 'x', 1)"} {
		_, err := connection.Exec(ctx, sql)
		failed("errors", err)
	}
	_, err = connection.Exec(ctx, "CREATE TABLE smoke (id int PRIMARY KEY, name text)")
	must(err)
	outer, err := connection.Begin(ctx)
	must(err)
	inner, err := outer.Begin(ctx)
	must(err)
	_, err = inner.Exec(ctx, "INSERT INTO smoke VALUES (1, 'gone')")
	must(err)
	must(inner.Rollback(ctx))
	_, err = outer.Exec(ctx, "INSERT INTO smoke VALUES (2, 'kept')")
	must(err)
	must(outer.Commit(ctx))
	columns("transaction", connection, "SELECT * FROM smoke")
	copied, err := connection.CopyFrom(ctx, pgx.Identifier{"smoke"}, []string{"id", "name"}, pgx.CopyFromRows([][]interface{}{{3, "a"}, {4, nil}}))
	show("copy in binary", copied, err)
	_, err = connection.PgConn().CopyTo(ctx, os.Stdout, "COPY smoke TO STDOUT CSV")
	show("copy", err)
	batch := &pgx.Batch{}
	for i := 0; i < 3; i++ {
		batch.Queue("INSERT INTO smoke VALUES ($1, $2)", 10+i, "b")
	}
	results := connection.SendBatch(ctx, batch)
	tag, err := results.Exec()
	show("batch", tag, err)
	must(results.Close())
	time.AfterFunc(500*time.Millisecond, func() { must(connection.PgConn().CancelRequest(ctx)) })
	_, err = connection.Exec(ctx, "SELECT pg_sleep(30)")
	failed("cancel", err)
	_, err = connection.Exec(ctx, "DROP TABLE smoke")
	must(err)
}

func masked(connection *pgx.Conn) {
	for _, simple := range []bool{true, false} {
		columns("masked", connection, "SELECT * FROM customers WHERE id = $1", pgx.QuerySimpleProtocol(simple), 1)
		columns("masked", connection, "SELECT * FROM every_type", pgx.QuerySimpleProtocol(simple))
	}
	_, err := connection.PgConn().CopyTo(ctx, os.Stdout, "COPY customers TO STDOUT")
	show("masked copy", err)
}

func main() {
	types, err := os.ReadFile(os.Args[3])
	must(err)
	connection, err := pgx.Connect(ctx, os.Args[1])
	must(err)
	if os.Args[2] == "plain" {
		plain(connection, string(types))
	} else {
		masked(connection)
	}
	must(connection.Close(ctx))
	show("end", "done")
}
