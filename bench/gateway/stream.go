package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// listener reads streams. One that does not say every piece and stop as it should is a stream that was cut.
type listener struct {
	client *http.Client
	events int
	gap    time.Duration

	mu    sync.Mutex
	first []time.Duration // until the first text, of whole streams
	gaps  []time.Duration // between two events
	cut   []error
}

func newListener(events int, gap time.Duration) *listener {
	return &listener{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 10_000, DisableCompression: true}}, events: events, gap: gap}
}

// hear opens n streams, some at a time, and returns when all have ended.
func (l *listener) hear(t *target, n, atOnce int) {
	room := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for range n {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			if err := l.one(t); err != nil {
				l.mu.Lock()
				defer l.mu.Unlock()
				l.cut = append(l.cut, err)
			}
		})
	}
	wg.Wait()
	l.client.CloseIdleConnections()
}

func (l *listener) one(t *target) error {
	body := fmt.Sprintf(`{"contents":[{"role":"user","parts":[{"text":%q}]}]}`, prompt(1<<10))
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	url := fmt.Sprintf("http://%s%sstream-%d-%s:streamGenerateContent?alt=sse", t.addr, modelPath, l.events, l.gap)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header = t.header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("Content-Type", "application/json")
	begin := time.Now()
	resp, err := l.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return l.read(bufio.NewScanner(resp.Body), begin)
}

// read follows one stream to its end.
func (l *listener) read(lines *bufio.Scanner, begin time.Time) error {
	said, finish, first := 0, "", time.Duration(0)
	last := begin
	gaps := make([]time.Duration, 0, l.events)
	var text strings.Builder
	for lines.Scan() {
		data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !ok {
			continue
		}
		var e event
		if err := json.Unmarshal(data, &e); err != nil {
			return err
		}
		text.WriteString(e.text())
		if finish = e.finish(); text.Len() > 0 && first == 0 {
			first = time.Since(begin)
		}
		if now := time.Now(); said > 0 {
			gaps, last = append(gaps, now.Sub(last)), now
		} else {
			last = now
		}
		said++
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if finish != "STOP" || text.String() != l.whole() {
		return fmt.Errorf("it ended after %d events with %q: %q", said, finish, text.String())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.first, l.gaps = append(l.first, first), append(l.gaps, gaps...)
	return nil
}

// whole is what a stream says that is not cut.
func (l *listener) whole() string {
	var b strings.Builder
	for i := range l.events {
		b.WriteString(piece(i))
	}
	return b.String()
}

// event is what of a GenerateContentResponse matters here.
type event struct {
	Candidates []struct {
		Content      struct{ Parts []struct{ Text string } }
		FinishReason string
	}
}

func (e *event) text() string {
	var b strings.Builder
	for _, c := range e.Candidates {
		for _, p := range c.Content.Parts {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func (e *event) finish() string {
	if len(e.Candidates) == 0 {
		return ""
	}
	return e.Candidates[0].FinishReason
}

func share(v []time.Duration, part float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return milliseconds(slices.Sorted(slices.Values(v))[int(part*float64(len(v)-1))])
}
