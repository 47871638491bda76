// lib/pq. Usage: go-pq URL plain|masked TYPES.sql. Prints a line for each thing that a program sees.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/lib/pq"
)

var ctx = context.Background()

func show(title string, values ...interface{}) { fmt.Printf("%s: %q\n", title, fmt.Sprintf("%+v", values)) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func columns(title string, rows *sql.Rows, err error) {
	must(err)
	defer rows.Close()
	types, err := rows.ColumnTypes()
	must(err)
	for rows.Next() {
		values := make([]interface{}, len(types))
		places := make([]interface{}, len(types))
		for i := range values {
			places[i] = &values[i]
		}
		must(rows.Scan(places...))
		for i, column := range types {
			show(title, column.Name(), column.DatabaseTypeName(), values[i])
		}
	}
	must(rows.Err())
}

func failed(title string, err error) {
	var known *pq.Error
	if errors.As(err, &known) {
		show(title, known.Code, known.Message, known.Detail, known.Position, known.Constraint, known.Routine)
	} else {
		show(title, err)
	}
}

func plain(connection *sql.Conn, types string) {
	rows, err := connection.QueryContext(ctx, "SELECT 1, 'x'")
	columns("simple", rows, err)
	prepared, err := connection.PrepareContext(ctx, "SELECT $1::int * 2")
	must(err)
	for i := 0; i < 4; i++ {
		rows, err = prepared.Query(i)
		columns("prepared", rows, err)
	}
	rows, err = connection.QueryContext(ctx, types)
	columns("types", rows, err)
	rows, err = connection.QueryContext(ctx, "SELECT $1::int, $2::float8, $3::numeric, $4::text, $5::bytea, $6::date, $7::int[], $8::text",
		1, 2.5, "1.10", "ä", []byte{0, 255}, time.Date(2020, 2, 29, 0, 0, 0, 0, time.UTC), pq.Array([]int32{1, 2}), nil)
	columns("parameters", rows, err)
	for _, statement := range []string{"SELECT 1/0", "SELECT nothing", "SELEC", "SELECT 'x'::int", "INSERT INTO products VALUES (1, 'x', 1)"} {
		_, err = connection.ExecContext(ctx, statement)
		failed("errors", err)
	}
	_, err = connection.ExecContext(ctx, "CREATE TABLE smoke (id int PRIMARY KEY, name text)")
	must(err)
	for i, end := range []func(*sql.Tx) error{(*sql.Tx).Rollback, (*sql.Tx).Commit} {
		transaction, err := connection.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
		must(err)
		_, err = transaction.Exec("INSERT INTO smoke VALUES ($1, 'x')", i)
		must(err)
		must(end(transaction))
	}
	rows, err = connection.QueryContext(ctx, "SELECT * FROM smoke")
	columns("transaction", rows, err)
	copying(connection)
	timed, stop := context.WithTimeout(ctx, 500*time.Millisecond)
	defer stop()
	_, err = connection.ExecContext(timed, "SELECT pg_sleep(30)")
	failed("cancel", err)
}

func copying(connection *sql.Conn) {
	transaction, err := connection.BeginTx(ctx, nil)
	must(err)
	copy, err := transaction.Prepare(pq.CopyIn("smoke", "id", "name"))
	must(err)
	for i := 10; i < 13; i++ {
		_, err = copy.Exec(i, "tab\there")
		must(err)
	}
	result, err := copy.Exec()
	must(err)
	count, err := result.RowsAffected()
	show("copy", count, err)
	must(copy.Close())
	must(transaction.Commit())
}

func masked(connection *sql.Conn) {
	rows, err := connection.QueryContext(ctx, "SELECT * FROM customers WHERE id = $1", 1)
	columns("masked", rows, err)
	rows, err = connection.QueryContext(ctx, "SELECT * FROM every_type")
	columns("masked", rows, err)
	rows, err = connection.QueryContext(ctx, "SELECT * FROM every_type WHERE $1", true)
	columns("masked", rows, err)
}

func main() {
	types, err := os.ReadFile(os.Args[3])
	must(err)
	for _, parameters := range []string{"", "&binary_parameters=yes"} {
		database, err := sql.Open("postgres", os.Args[1]+parameters)
		must(err)
		connection, err := database.Conn(ctx)
		must(err)
		show("connect", parameters)
		if os.Args[2] == "plain" {
			plain(connection, string(types))
			_, err = database.Exec("DROP TABLE smoke")
			must(err)
		} else {
			masked(connection)
		}
		must(database.Close())
	}
	show("end", "done")
}
