package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// load sends token requests over keep-alive connections and returns how many were answered. A thread for each processor
// has its share of the connections, so that the server is never the one that waits.
func load(addr string, conns int, length time.Duration) (int64, error) {
	threads := min(runtime.NumCPU(), conns)
	var total atomic.Int64
	errs := make([]error, threads)
	var wg sync.WaitGroup
	for i := range threads {
		wg.Go(func() {
			n, err := drive(addr, (conns+i)/threads, length)
			total.Add(n)
			errs[i] = err
		})
	}
	wg.Wait()
	return total.Load(), errors.Join(errs...)
}

// drive asks the kernel which connections have an answer and sends the next request on each: the generator takes as
// little as it can of the machine that it measures.
func drive(addr string, conns int, length time.Duration) (int64, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	request := []byte("GET /computeMetadata/v1/instance/service-accounts/default/token HTTP/1.1\r\n" +
		"Host: " + addr + "\r\nUser-Agent: bench\r\nAccept-Encoding: gzip\r\nMetadata-Flavor: Google\r\n\r\n")
	poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return 0, err
	}
	defer syscall.Close(poll)
	for range conns {
		fd, err := connect(addr)
		if err != nil {
			return 0, err
		}
		defer syscall.Close(fd)
		if err := syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}); err != nil {
			return 0, err
		}
		if _, err := syscall.Write(fd, request); err != nil {
			return 0, err
		}
	}
	var n int64
	events, buf := make([]syscall.EpollEvent, conns), make([]byte, 64<<10)
	for deadline := time.Now().Add(length); time.Now().Before(deadline); {
		ready, err := syscall.EpollWait(poll, events, 5000)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return n, err
		case ready == 0:
			return n, errors.New("no answer within five seconds")
		}
		for _, event := range events[:ready] {
			if err := exchange(int(event.Fd), request, buf); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

func connect(addr string) (int, error) {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil || !ap.Addr().Is4() {
		return 0, fmt.Errorf("%q is not an IPv4 address with a port", addr)
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(ap.Port()), Addr: ap.Addr().As4()}); err != nil {
		_ = syscall.Close(fd)
		return 0, err
	}
	return fd, syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
}

// exchange reads one whole answer and sends the next request.
func exchange(fd int, request, buf []byte) error {
	for n := 0; ; {
		got, err := syscall.Read(fd, buf[n:])
		if err != nil {
			return err
		}
		if got == 0 {
			return errors.New("the server closed a keep-alive connection")
		}
		n += got
		if whole, err := answered(buf[:n]); err != nil {
			return err
		} else if whole {
			_, err := syscall.Write(fd, request)
			return err
		}
	}
}

func answered(b []byte) (bool, error) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		return false, nil
	}
	if !bytes.HasPrefix(b, []byte("HTTP/1.1 200 ")) {
		return false, fmt.Errorf("answer %q", b[:bytes.IndexByte(b, '\r')])
	}
	_, rest, ok := bytes.Cut(b[:end+2], []byte("\r\nContent-Length: "))
	if !ok {
		return false, errors.New("an answer without Content-Length")
	}
	length, err := strconv.Atoi(string(rest[:bytes.IndexByte(rest, '\r')]))
	return len(b) >= end+4+length, err
}
