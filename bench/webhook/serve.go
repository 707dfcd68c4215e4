package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/webhook"
	"github.com/landbridge/landbridge/internal/webhook/certificate"
)

// account is what the peer's account says too, in its own words.
var account = map[string]string{
	"landbridge.dev/provider":        "projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod",
	"landbridge.dev/service-account": "vertex@shop-prod.iam.gserviceaccount.com",
	"landbridge.dev/project":         "shop-prod",
}

// accounts answers from memory, as a watched copy does.
type accounts struct{}

func (accounts) Annotations(_ context.Context, namespace, name string) (map[string]string, error) {
	if namespace != "shop" || name != "api" {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: webhook.CodeNoAccount, Text: "no such account"}
	}
	return account, nil
}

func (accounts) Ready() error { return nil }

// secret is a cluster that keeps the certificate.
type secret struct{ data map[string][]byte }

func (s *secret) Load(context.Context) (map[string][]byte, string, error) { return s.data, "1", nil }
func (s *secret) Apply(context.Context, []byte) error                     { return nil }

func (s *secret) Save(_ context.Context, data map[string][]byte, _ string) error {
	s.data = data
	return nil
}

// serveOurs is the door as in production: TLS with a certificate of its own, metrics on.
func serveOurs() error {
	store := &secret{}
	own, err := certificate.NewOwn(certificate.OwnOptions{Store: store, Bundle: store, Names: []string{"localhost"}, Clock: time.Now})
	if err != nil {
		return err
	}
	door, err := webhook.New(webhook.Options{Accounts: accounts{}, Certificates: own, Clock: time.Now, Registry: prometheus.NewRegistry()})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- door.Run(ctx, l) }()
	for door.Ready() != nil {
		time.Sleep(time.Millisecond)
	}
	fmt.Println(l.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	cancel()
	return <-done
}

// serveBare is what the machine and net/http take of the time: it reads the review over TLS and says yes to everything.
func serveBare() error {
	answer := bytes.Repeat([]byte(" "), 4<<10) // about what ours answers
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}))
	defer server.Close()
	fmt.Println(server.Listener.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return nil
}

// start runs a server of ours in a process of its own, which ends when the returned function closes its standard input.
func start(name, mode string) (*target, func(), error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(self, mode)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop := func() { _ = stdin.Close(); _ = cmd.Wait() }
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return nil, nil, errors.Join(errors.New(name+" did not start"), err)
	}
	return &target{name: name, addr: strings.TrimSpace(line), path: webhook.MutatePath, pid: cmd.Process.Pid}, stop, nil
}
