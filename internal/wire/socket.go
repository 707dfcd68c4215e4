package wire

import (
	"context"
	"io"
	"net"
	"sync"
)

// socketBuffer is how much of a body is handed to the system at once.
const socketBuffer = 128 << 10

// socket is a connection that sends bodies through buffers that are used again: package net takes a new one for each body, which is then most
// of the garbage of a process that sends many small objects.
type socket struct {
	net.Conn
	buffers *sync.Pool // of *[]byte
}

// sockets makes connections of a dialer's.
func sockets(d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	buffers := &sync.Pool{New: func() any { b := make([]byte, socketBuffer); return &b }}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return socket{conn, buffers}, nil
	}
}

// ReadFrom implements io.ReaderFrom. It writes full buffers: a body of several readers, or one that comes in small pieces from another
// connection, would else cost this side and the other a system call for each.
func (s socket) ReadFrom(r io.Reader) (sent int64, err error) {
	b := s.buffers.Get().(*[]byte)
	defer s.buffers.Put(b)
	for err == nil {
		n := 0
		for n < len(*b) && err == nil {
			var came int
			came, err = r.Read((*b)[n:])
			n += came
		}
		if n == 0 {
			break
		}
		wrote, failed := s.Write((*b)[:n])
		if sent += int64(wrote); failed != nil {
			return sent, failed
		}
	}
	if err == io.EOF {
		err = nil
	}
	return sent, err
}
