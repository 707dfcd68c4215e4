package ledger

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/landbridge/landbridge/internal/bridge"
)

// connect makes the connection when there is none, and the table when that is missing.
func (l *Ledger) connect(ctx context.Context) error {
	if l.conn != nil {
		return nil
	}
	text, err := os.ReadFile(l.o.DSNFile)
	if err != nil {
		return err
	}
	config, err := pgx.ParseConfig(strings.TrimSpace(string(text)))
	if err != nil { // it quotes the string
		return errors.New("the connection string in " + l.o.DSNFile + " is not understood: it is postgres://USER:PASSWORD@HOST/DATABASE or key=value pairs")
	}
	l.secret = config.Password
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "landbridge"
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return l.plain(err)
	}
	if err := prepare(ctx, conn); err != nil {
		_ = conn.Close(ctx)
		return l.plain(err)
	}
	l.conn = conn
	return nil
}

func (l *Ledger) disconnect(ctx context.Context) {
	if l.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), roundTimeout)
	defer cancel()
	_ = l.conn.Close(ctx)
	l.conn = nil
}

// plain is an error's own words: the server's, with their code, or the network's. It never holds the password.
func (l *Ledger) plain(err error) error {
	text := err.Error()
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		text = said.Message + " (SQLSTATE " + said.Code + ")"
	}
	if l.secret != "" {
		text = strings.ReplaceAll(text, l.secret, "[redacted]")
	}
	return errors.New(text)
}

// unreachable is what callers are told. The database's own words are for operators.
func unreachable(err error) *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopDoor, Code: "quota_store_unreachable", Retry: true,
		Text: "the quota cannot be counted, because its database cannot be reached",
		Hint: "see policy.quotas.dsn_file in landbridge.yaml; when_down: local counts in each replica meanwhile", Cause: err,
	}
}
