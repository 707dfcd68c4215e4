// Command landbridge joins Azure and Google Cloud Vertex AI without keys.
//
// The process enters, an exit code leaves. It must hold nothing but the version, the signals and the process's own
// streams: what commands do is in internal/cli.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/landbridge/landbridge/internal/cli"
)

// version is set by the release build: -ldflags "-X main.version=v1.2.3".
var version = ""

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	return cli.Main(ctx, cli.IO{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Dir: dir,
	}, version)
}
