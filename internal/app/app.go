// Package app is the assembly: it turns a configuration into routes and running doors, and is the one place where a shore
// meets a door.
//
// A configuration and the operating system's clock and environment enter; running doors, tokens and reports leave. It
// holds no rule of its own about tokens, and prints nothing: that is the command line's.
package app

import (
	"context"
	"crypto/x509"
	"io"
	"log/slog"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/wire"
)

// Host is what the assembly takes from the operating system. Every field is needed.
type Host struct {
	Clock   bridge.Clock
	Env     bridge.Env
	Environ []string
	// Log takes progress and warnings for a person; never a token.
	Log *slog.Logger
	// Stdin, Stdout and Stderr are handed to child programs; Stderr also takes an audit log that goes to "-".
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// ReadFile reads a whole file that is not too large to be what it should be.
	ReadFile func(path string) ([]byte, error)
	Version  string
	// Issuers is the sandbox's https address, where the keys of Entra and Google are read; empty for the real ones.
	Issuers string
}

// App assembles and runs. It is made once for each command.
type App struct{ host Host }

// New returns an App that has touched nothing yet.
func New(h Host) *App { return &App{host: h} }

// agent is the User-Agent of every call that we make.
func (a *App) agent() string { return "landbridge/" + a.host.Version }

// client is the one HTTP client of a configuration; nil stands for an empty one.
func (a *App) client(cfg *config.Config) (*wire.Client, error) {
	roots, err := a.roots(cfg)
	if err != nil {
		return nil, err
	}
	return wire.New(wire.Options{UserAgent: a.agent(), RootCAs: roots}), nil
}

// roots are the certificate authorities that the configuration trusts; nil for the system's.
func (a *App) roots(cfg *config.Config) (*x509.CertPool, error) {
	if cfg == nil || cfg.TLS == nil || cfg.TLS.CAFile == "" {
		return nil, nil
	}
	pem, err := a.host.ReadFile(cfg.TLS.CAFile)
	if err != nil {
		return nil, unreadable(cfg.TLS.CAFile, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: "ca_file_empty", Text: cfg.TLS.CAFile + " holds no certificate", Hint: "tls.ca_file is a PEM file of certificate authorities"}
	}
	return pool, nil
}

// tell logs a line of a description; what was not chosen is told only to who wants to know it.
func (a *App) tell(line string) {
	level := slog.LevelInfo
	if strings.HasPrefix(line, " ") {
		level = slog.LevelDebug
	}
	a.host.Log.Log(context.Background(), level, line) //nolint:sloglint // a whole sentence for a person, made by the route
}
