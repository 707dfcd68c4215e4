package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// repair copies one large object, flips one bit of it, and counts what crosses between the clouds while it is mended.
func repair(o options, dir string, source *azurite, s set) error {
	t, err := startTarget(o.landbridge, filepath.Join(dir, "target"))
	if err != nil {
		return err
	}
	defer t.stop()
	counted, err := newRelay(strings.TrimSuffix(strings.TrimPrefix(source.url, "http://"), "/"+account))
	if err != nil {
		return err
	}
	defer counted.Close()
	step := func(act string) (cost, []byte, error) {
		cmd, err := t.act("http://"+counted.Addr().String(), t.http, s.name, act, "bench")
		if err != nil {
			return cost{}, nil, err
		}
		return measure(cmd)
	}
	if _, _, err := step("sync"); err != nil {
		return err
	}
	if err := t.flip("shard-00000.bin", s.size/3); err != nil {
		return err
	}
	before := counted.bytes.Load()
	c, out, err := step("repair")
	if err != nil {
		return err
	}
	moved := counted.bytes.Load() - before
	var told struct {
		Result struct{ Crossed, Local int64 }
	}
	if err := decode(out, &told); err != nil {
		return err
	}
	fmt.Printf("\nrepair of one flipped bit in %d MiB: %.2f s, %.0f MiB RSS; %.1f MiB came from the source in all, headers included (the run says %.1f)\n",
		s.size>>20, c.wall.Seconds(), c.rss, float64(moved)/(1<<20), float64(told.Result.Crossed)/(1<<20))
	return nil
}

// relay passes connections on, and counts what comes back.
type relay struct {
	net.Listener
	bytes atomic.Int64
}

func newRelay(to string) (*relay, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &relay{Listener: l}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go r.pass(in, to)
		}
	}()
	return r, nil
}

func (r *relay) pass(in net.Conn, to string) {
	defer in.Close()
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer out.Close()
	go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
	_, _ = io.Copy(in, io.TeeReader(out, r))
}

// Write counts.
func (r *relay) Write(p []byte) (int, error) {
	r.bytes.Add(int64(len(p)))
	return len(p), nil
}

// get reads JSON with a bearer token.
func get(url, token string, to any) error {
	req, err := http.NewRequest(http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s was answered with %d: %s", url, resp.StatusCode, text)
	}
	return decode(text, to)
}
