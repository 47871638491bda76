// go-sql-driver. Usage: mysql-go HOST PORT USER PASSWORD DATABASE CA plain|masked|table:NAME. Prints a line for each thing that a program sees.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
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
	for {
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
				nullable, _ := column.Nullable()
				show(title, column.Name(), column.DatabaseTypeName(), nullable, values[i])
			}
		}
		if !rows.NextResultSet() {
			break
		}
	}
	must(rows.Err())
}

func failed(title string, err error) {
	var known *mysql.MySQLError
	if errors.As(err, &known) {
		show(title, known.Number, known.Message)
	} else {
		show(title, err)
	}
}

func plain(database *sql.DB, connection *sql.Conn) {
	rows, err := connection.QueryContext(ctx, "SELECT 1, 'x', NULL")
	columns("simple", rows, err)
	rows, err = connection.QueryContext(ctx, "SELECT * FROM every_type")
	columns("types in text", rows, err)
	prepared, err := connection.PrepareContext(ctx, "SELECT * FROM every_type WHERE id = ?")
	must(err)
	for i := 0; i < 2; i++ {
		rows, err = prepared.Query(1)
		columns("types in binary", rows, err)
	}
	must(prepared.Close())
	rows, err = connection.QueryContext(ctx, "SELECT ?, ?, ?, ?, ?, ?",
		1, 2.5, "ä'", []byte{0, 255}, time.Date(2020, 2, 29, 1, 2, 3, 4000, time.UTC), nil)
	columns("parameters", rows, err)
	for _, statement := range []string{"SELECT nothing", "SELEC", "SELECT * FROM nowhere", "INSERT INTO products VALUES (1, 'x', 1)"} {
		_, err = connection.ExecContext(ctx, statement)
		failed("errors", err)
	}
	_, err = connection.ExecContext(ctx, "CREATE OR REPLACE TABLE smoke (id int PRIMARY KEY AUTO_INCREMENT, name text)")
	must(err)
	for _, end := range []func(*sql.Tx) error{(*sql.Tx).Rollback, (*sql.Tx).Commit} {
		transaction, err := connection.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
		must(err)
		result, err := transaction.Exec("INSERT INTO smoke (name) VALUES (?)", "x")
		must(err)
		id, err := result.LastInsertId()
		show("writing", id, err)
		must(end(transaction))
	}
	rows, err = connection.QueryContext(ctx, "SELECT 1; SELECT name FROM smoke; SELECT 3 AS three")
	columns("statements", rows, err)
	cancelling(database, connection)
	_, err = connection.ExecContext(ctx, "DROP TABLE smoke")
	must(err)
}

// The driver itself cancels by closing the connection: here by the server's own id of it.
func cancelling(database *sql.DB, connection *sql.Conn) {
	var id int64
	must(connection.QueryRowContext(ctx, "SELECT connection_id()").Scan(&id))
	time.AfterFunc(500*time.Millisecond, func() {
		_, err := database.Exec(fmt.Sprintf("KILL QUERY %d", id))
		must(err)
	})
	_, err := connection.ExecContext(ctx, "SELECT count(*) FROM seq_1_to_1000000000 WHERE seq % 7 = 3")
	failed("cancel", err)
}

func masked(connection *sql.Conn) {
	rows, err := connection.QueryContext(ctx, "SELECT * FROM customers WHERE id = ?", 1)
	columns("masked", rows, err)
	rows, err = connection.QueryContext(ctx, "SELECT * FROM every_type")
	columns("masked", rows, err)
	rows, err = connection.QueryContext(ctx, "SELECT * FROM every_type WHERE id = ?", 1)
	columns("masked", rows, err)
}

func table(connection *sql.Conn, name string) {
	rows, err := connection.QueryContext(ctx, "SELECT * FROM "+name+" ORDER BY id")
	columns("table", rows, err)
	rows, err = connection.QueryContext(ctx, "SELECT * FROM "+name+" WHERE id <= ? ORDER BY id", 2)
	columns("table", rows, err)
}

func main() {
	host, port, user, password, name, ca := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6]
	security := "false"
	if ca != "" {
		text, err := os.ReadFile(ca)
		must(err)
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(text)
		must(mysql.RegisterTLSConfig("own", &tls.Config{RootCAs: pool, ServerName: host}))
		security = "own"
	}
	for _, how := range []string{"", "&interpolateParams=true"} {
		database, err := sql.Open("mysql", fmt.Sprintf("%s:%s@tcp(%s:%s)/%s?tls=%s&multiStatements=true%s", user, password, host, port, name, security, how))
		must(err)
		connection, err := database.Conn(ctx)
		must(err)
		show("mode", how)
		if os.Args[7] == "plain" {
			plain(database, connection)
		} else if strings.HasPrefix(os.Args[7], "table:") {
			table(connection, strings.TrimPrefix(os.Args[7], "table:"))
		} else {
			masked(connection)
		}
		must(connection.Close())
		must(database.Close())
	}
	show("end", "done")
}
