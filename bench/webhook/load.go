package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// caller is one keep-alive connection.
type caller struct {
	conn    *tls.Conn
	in      *bufio.Reader
	request []byte
}

// dial connects. Nobody checks the certificate: what is measured is the work, and a peer's is its own affair.
func (t *target) dial() (*caller, error) {
	conn, err := tls.Dial("tcp", t.addr, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13, NextProtos: []string{"http/1.1"}}) //nolint:gosec // see above
	if err != nil {
		return nil, err
	}
	head := fmt.Sprintf("POST %s?timeout=10s HTTP/1.1\r\nHost: %s\r\nUser-Agent: kube-apiserver-admission\r\nAccept: application/json, */*\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		t.path, t.addr, len(t.review))
	return &caller{conn, bufio.NewReaderSize(conn, 32<<10), append([]byte(head), t.review...)}, nil
}

// call posts the review and reads the answer to its end.
func (c *caller) call(keep io.Writer) error {
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(keep, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

// check says what a target answers, so that nobody compares a patch with a refusal.
func (t *target) check() (patch int, err error) {
	c, err := t.dial()
	if err != nil {
		return 0, err
	}
	defer c.conn.Close()
	var body bytes.Buffer
	if err := c.call(&body); err != nil {
		return 0, err
	}
	var answer struct {
		Response struct {
			Allowed bool
			Patch   []byte
			Status  struct{ Message string }
		}
	}
	if err := json.Unmarshal(body.Bytes(), &answer); err != nil {
		return 0, err
	}
	if !answer.Response.Allowed || len(answer.Response.Patch) == 0 {
		return 0, fmt.Errorf("no patch: %s", answer.Response.Status.Message)
	}
	return len(answer.Response.Patch), nil
}

// press calls as fast as the target answers and returns how many answers there were.
func (t *target) press(conns int, length time.Duration) (int, error) {
	counts, errs := make([]int, conns), make([]error, conns)
	deadline := time.Now().Add(length)
	var wg sync.WaitGroup
	for i := range conns {
		wg.Go(func() {
			c, err := t.dial()
			if err != nil {
				errs[i] = err
				return
			}
			defer c.conn.Close()
			for time.Now().Before(deadline) && errs[i] == nil {
				errs[i] = c.call(io.Discard)
				counts[i]++
			}
		})
	}
	wg.Wait()
	n := 0
	for _, count := range counts {
		n += count
	}
	return n, errors.Join(errs...)
}

// steady calls at a rate, whatever the answers take, and returns how long each took from the moment it was due.
func (t *target) steady(rate, conns int, length time.Duration) ([]time.Duration, error) {
	total := int(float64(rate) * length.Seconds())
	took, due := make([]time.Duration, total), make(chan int, total)
	errs := make([]error, conns)
	begin := time.Now()
	at := func(i int) time.Time { return begin.Add(time.Duration(i) * time.Second / time.Duration(rate)) }
	var wg sync.WaitGroup
	for i := range conns {
		wg.Go(func() {
			c, err := t.dial()
			if err != nil {
				errs[i] = err
				return
			}
			defer c.conn.Close()
			for n := range due {
				if errs[i] = c.call(io.Discard); errs[i] != nil {
					return
				}
				took[n] = time.Since(at(n))
			}
		})
	}
	for n := range total {
		time.Sleep(time.Until(at(n)))
		due <- n
	}
	close(due)
	wg.Wait()
	slices.Sort(took)
	return took, errors.Join(errs...)
}
