package node

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
)

// Relay lets pods reach a server that listens on loopback only: what comes to the address is passed on to it, bytes as they
// are, until ctx ends.
func Relay(ctx context.Context, from, to string) error {
	listener, err := net.Listen("tcp", from)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _ = pass(ctx, in, to) }()
		}
	}()
	return nil
}

// pass joins a connection with a new one.
func pass(ctx context.Context, in net.Conn, to string) error {
	defer in.Close()
	out, err := (&net.Dialer{}).DialContext(ctx, "tcp", to)
	if err != nil {
		return err
	}
	defer out.Close()
	defer context.AfterFunc(ctx, func() { _ = errors.Join(in.Close(), out.Close()) })()
	var both sync.WaitGroup
	both.Go(func() { copyHalf(out, in) })
	both.Go(func() { copyHalf(in, out) })
	both.Wait()
	return nil
}

// copyHalf copies one direction to its end, and tells the other side of the end.
func copyHalf(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
}
