package wire

import (
	"context"
	"io"
	"net"
	"sync"
)

// socketBuffer is how much of a body is handed to the system at once.
const socketBuffer = 128 << 10

// socket is a connection that sends bodies through buffers that are used again: package net takes a new one for each body, which is what a
// process that sends many small objects then mostly collects.
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

// ReadFrom implements io.ReaderFrom.
func (s socket) ReadFrom(r io.Reader) (int64, error) {
	b := s.buffers.Get().(*[]byte)
	defer s.buffers.Put(b)
	return io.CopyBuffer(struct{ io.Writer }{s.Conn}, r, *b)
}
