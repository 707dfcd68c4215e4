package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/mask"
)

// lookEvery is how often a watched file is looked at, when somebody asks for what it says.
const lookEvery = time.Second

// watched is a file that is read again when it changes. While it cannot be read, what it said last holds. It is safe for
// use from many goroutines.
type watched[T any] struct {
	app   *App
	path  string
	parse func([]byte) (T, error)

	mu     sync.Mutex
	value  T
	err    error // of the last look; nil once a value is there
	looked time.Time
	stamp  stamp
	told   bool // that it cannot be read
}

// stamp tells one version of a file from the next.
type stamp struct {
	at   time.Time
	size int64
}

// stampOf is the zero stamp where there is no file.
func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}

func watch[T any](a *App, path string, parse func([]byte) (T, error)) *watched[T] {
	return &watched[T]{app: a, path: path, parse: parse}
}

// get is what the file says; an error only while it has never been read.
func (w *watched[T]) get() (T, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.app.host.Clock()
	if !w.looked.IsZero() && now.Sub(w.looked) < lookEvery {
		return w.value, w.err
	}
	read := w.stamp != stamp{}
	w.looked = now
	changed, err := w.changed()
	if err == nil && changed {
		err = w.read()
	}
	switch {
	case err == nil:
		w.err, w.told = nil, false
	case !read:
		w.err = err
	case !w.told:
		w.told = true
		w.app.host.Log.WarnContext(context.Background(), "a file cannot be read again: what it said before holds", slog.String("file", w.path), slog.Any("error", err))
	}
	return w.value, w.err
}

// changed says whether the file is another than the one that was read.
func (w *watched[T]) changed() (bool, error) {
	if _, err := os.Stat(w.path); err != nil {
		return false, unreadable(w.path, err)
	}
	return stampOf(w.path) != w.stamp, nil
}

func (w *watched[T]) read() error {
	now := stampOf(w.path) // before it is read: what changes meanwhile is read the next time
	data, err := w.app.host.ReadFile(w.path)
	if err != nil {
		return unreadable(w.path, err)
	}
	value, err := w.parse(data)
	if err != nil {
		return &bridge.Error{Kind: bridge.Usage, Code: "file_invalid", Text: w.path + ": " + err.Error(), Hint: bridge.HintOf(err)}
	}
	w.value, w.stamp = value, now
	return nil
}

// keyFile is a file of keys: 32 bytes or more in base64 a line, the one in use first.
func (a *App) keyFile(path string) *watched[[][]byte] {
	return watch(a, path, func(data []byte) ([][]byte, error) {
		var ring [][]byte
		line := 0
		for text := range bytes.Lines(data) {
			line++
			if text = bytes.TrimSpace(text); len(text) == 0 || text[0] == '#' {
				continue
			}
			key, err := base64.StdEncoding.DecodeString(string(text))
			if err != nil || len(key) < mask.KeySize {
				return nil, fmt.Errorf("line %d is not %d bytes or more in base64; openssl rand -base64 32 makes one", line, mask.KeySize)
			}
			ring = append(ring, key)
		}
		if len(ring) == 0 {
			return nil, fmt.Errorf("it holds no key; openssl rand -base64 32 > FILE makes one")
		}
		return ring, nil
	})
}

// maskKeys is a mask.KeySource of a ring of keys.
type maskKeys struct{ ring func() ([][]byte, error) }

// Key implements mask.KeySource.
func (k maskKeys) Key() ([]byte, error) {
	ring, err := k.ring()
	if err != nil {
		return nil, err
	}
	return ring[0], nil
}

// revokedFile is a file of revoked callers and tokens, one a line: ISSUER/SUBJECT or token:ID.
func (a *App) revokedFile(path string) *watched[map[string]bool] {
	return watch(a, path, func(data []byte) (map[string]bool, error) {
		out := map[string]bool{}
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				out[line] = true
			}
		}
		return out, nil
	})
}
