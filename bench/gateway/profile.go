package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// profiled is how long the guarded gateway is watched: less than what its admin door gives an answer.
const profiled = 24 * time.Second

// profile writes a CPU profile of the guarded gateway under native, OpenAI's and streamed calls in turns. The compiler reads it
// (cmd/landbridge/serve.pgo).
func (f *field) profile() error {
	done := make(chan error, 1)
	go func() {
		done <- fetch(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%.0f", f.admin, profiled.Seconds()), f.into)
	}()
	for {
		for _, t := range []*target{f.guarded, f.guardedChat} {
			if _, err := press(t.addr, t.request(prompt(1<<10)), f.conns, time.Second); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
		l := newListener(20, time.Millisecond)
		l.hear(f.guarded, 300, f.conns)
		if err := errors.Join(l.cut...); err != nil {
			return err
		}
		select {
		case err := <-done:
			return err
		default:
		}
	}
}

func fetch(url, path string) error {
	resp, err := http.Get(url) // #nosec G107 -- our own process on loopback
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d %.200s: %w", url, resp.StatusCode, data, err)
	}
	return os.WriteFile(path, data, 0o600)
}
