package kube

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/wire"
)

// maxBody bounds an answer: a page of 500 secrets of 60 KiB each.
const maxBody = 32 << 20

var errTooLarge = errors.New("the answer is larger than 32 MiB")

// seen is what client-go does not tell of an answer.
type seen struct {
	status     int
	retryAfter time.Duration
}

type seenKey struct{}

// watched returns a context in which the answer to one call is noted.
func watched(ctx context.Context) (context.Context, *seen) {
	note := &seen{}
	return context.WithValue(ctx, seenKey{}, note), note
}

// oneAttempt keeps client-go from trying again by itself, which it does as long as an answer says Retry-After: who retries,
// and how often, is decided by the caller, who is told. It also bounds the body.
type oneAttempt struct{ next http.RoundTripper }

func (o oneAttempt) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := o.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if note, ok := r.Context().Value(seenKey{}).(*seen); ok {
		note.status = resp.StatusCode
		note.retryAfter = wire.RetryAfter(resp.Header)
	}
	resp.Header.Del("Retry-After")
	resp.Body = &bounded{ReadCloser: resp.Body, left: maxBody}
	return resp, nil
}

// bounded is a body that ends in an error instead of going on for ever.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}
