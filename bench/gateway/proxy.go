package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/audit"
	"github.com/landbridge/landbridge/internal/bridge"
)

// The proxies are what a Go gateway cannot fall below: httputil.ReverseProxy that puts a bearer token in, and logs.
const (
	logLine    = "line"    // one line of JSON a request, into a buffered file
	logRecords = "records" // the two records that the gateway writes, by the same audit log: one before the call, one before its end
)

func serveProxy(upstream, logging, dir string) (net.Listener, http.Handler, error) {
	to, err := url.Parse("http://" + upstream)
	if err != nil {
		return nil, nil, err
	}
	p := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Header.Set("Authorization", "Bearer bench")
		},
		Transport:     &http.Transport{MaxIdleConnsPerHost: 512, DisableCompression: true},
		FlushInterval: -1,
	}
	h, err := logged(p, logging, filepath.Join(dir, "proxy-"+logging+".jsonl"))
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	return l, h, err
}

func logged(p *httputil.ReverseProxy, logging, path string) (http.Handler, error) {
	if logging == logRecords {
		log := audit.New(audit.Options{Path: path})
		if err := log.Open(); err != nil {
			return nil, err
		}
		go func() { _ = log.Run(context.Background()) }()
		return recorded{p, log}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &lined{next: p, out: bufio.NewWriterSize(f, 64<<10)}, nil
}

// lined writes a line a request.
type lined struct {
	next http.Handler
	mu   sync.Mutex
	out  *bufio.Writer
}

func (l *lined) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	l.next.ServeHTTP(w, r)
	line, err := json.Marshal(struct {
		Time   time.Time     `json:"time"`
		ID     string        `json:"id"`
		Caller string        `json:"caller"`
		Path   string        `json:"path"`
		Took   time.Duration `json:"took_ns"`
	}{began, rand.Text(), r.RemoteAddr, r.URL.Path, time.Since(began)})
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.out.Write(append(line, '\n'))
}

// recorded writes what the gateway would: that a call is asked for, and how it ended before the last of it leaves.
type recorded struct {
	next *httputil.ReverseProxy
	log  *audit.Log
}

func (l recorded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := bridge.Call{ID: rand.Text(), Workload: "loopback/bench", Dialect: "vertex", Method: "generateContent", Model: "google/mock"}
	record := bridge.Record{Time: time.Now(), Event: bridge.EventAsked, Door: "gateway", Caller: r.RemoteAddr, Call: &call}
	if l.log.Record(r.Context(), record) != nil {
		return
	}
	next := *l.next
	next.ModifyResponse = func(a *http.Response) error {
		call.Rule, call.Project, call.Location, call.Attempts, call.Status, call.Finish, call.Input, call.Output = "bench", "demo", "europe-west4", 1, a.StatusCode, "STOP", 20, 60
		record.Event, record.Took, record.Time = bridge.EventAnswered, time.Since(record.Time), time.Now()
		return l.log.Record(r.Context(), record)
	}
	next.ServeHTTP(w, r)
}
