package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// caller is one keep-alive connection. It understands just enough of HTTP to know where an answer ends: the generator is to
// take as little as it can of the machine that it measures.
type caller struct {
	conn    net.Conn
	request []byte
	buf     []byte
}

func dial(addr string, request []byte) (*caller, error) {
	conn, err := net.Dial("tcp", addr)
	return &caller{conn, request, make([]byte, 64<<10)}, err
}

// call sends the request and reads the answer to its end.
func (c *caller) call() error {
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	if err := c.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	for n := 0; n < len(c.buf); {
		got, err := c.conn.Read(c.buf[n:])
		if err != nil {
			return err
		}
		n += got
		if whole, err := complete(c.buf[:n]); whole || err != nil {
			return err
		}
	}
	return errors.New("the answer is longer than the generator takes")
}

// complete says whether an answer is there to its end.
func complete(b []byte) (bool, error) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		return false, nil
	}
	head := bytes.ToLower(b[:end+2])
	if !bytes.HasPrefix(head, []byte("http/1.1 200 ")) {
		return false, fmt.Errorf("answer %q", b[:min(len(b), 1000)])
	}
	if bytes.Contains(head, []byte("\r\ntransfer-encoding: chunked\r\n")) {
		return bytes.HasSuffix(b, []byte("\r\n0\r\n\r\n")), nil
	}
	_, rest, ok := bytes.Cut(head, []byte("\r\ncontent-length: "))
	if !ok {
		return false, errors.New("an answer without an end")
	}
	length, err := strconv.Atoi(string(rest[:bytes.IndexByte(rest, '\r')]))
	return len(b) >= end+4+length, err
}

// press calls over each connection as fast as the target answers: a closed loop. It returns how long the answers took, in
// order.
func press(addr string, request []byte, conns int, length time.Duration) ([]time.Duration, error) {
	deadline := time.Now().Add(length)
	return each(addr, request, conns, func(c *caller, took func(time.Duration)) error {
		for begin := time.Now(); begin.Before(deadline); {
			if err := c.call(); err != nil {
				return err
			}
			now := time.Now()
			took(now.Sub(begin))
			begin = now
		}
		return nil
	})
}

// pace calls at a rate, whatever the answers take. Times count from the moment when a call was due.
func pace(addr string, request []byte, conns, rate int, length time.Duration) ([]time.Duration, error) {
	total := int(float64(rate) * length.Seconds())
	due, begin := make(chan time.Time, total), time.Now()
	go func() {
		defer close(due)
		for i := range total {
			at := begin.Add(time.Duration(i) * time.Second / time.Duration(rate))
			time.Sleep(time.Until(at))
			due <- at
		}
	}()
	return each(addr, request, conns, func(c *caller, took func(time.Duration)) error {
		for at := range due {
			if err := c.call(); err != nil {
				return err
			}
			took(time.Since(at))
		}
		return nil
	})
}

// each runs a loop on every one of some connections.
func each(addr string, request []byte, conns int, loop func(c *caller, took func(time.Duration)) error) ([]time.Duration, error) {
	all, errs := make([][]time.Duration, conns), make([]error, conns)
	var wg sync.WaitGroup
	for i := range conns {
		wg.Go(func() {
			c, err := dial(addr, request)
			if err != nil {
				errs[i] = err
				return
			}
			defer c.conn.Close()
			errs[i] = loop(c, func(d time.Duration) { all[i] = append(all[i], d) })
		})
	}
	wg.Wait()
	out := slices.Concat(all...)
	slices.Sort(out)
	return out, errors.Join(errs...)
}
