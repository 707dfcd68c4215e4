package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// lines is a slog.Handler for a person: the message, then what belongs to it, without times and levels. A warning or an
// error says so.
type lines struct {
	mu    *sync.Mutex
	to    io.Writer
	level slog.Level
	attrs string
}

func newLog(to io.Writer, level slog.Level) *slog.Logger {
	return slog.New(lines{mu: &sync.Mutex{}, to: to, level: level})
}

func (l lines) Enabled(_ context.Context, level slog.Level) bool { return level >= l.level }

func (l lines) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	switch {
	case r.Level >= slog.LevelError:
		b.WriteString("error: ")
	case r.Level >= slog.LevelWarn:
		b.WriteString("warning: ")
	}
	b.WriteString(r.Message)
	b.WriteString(l.attrs)
	r.Attrs(func(a slog.Attr) bool {
		b.WriteString(attribute(a))
		return true
	})
	b.WriteByte('\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := io.WriteString(l.to, b.String())
	return err
}

func (l lines) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, a := range attrs {
		l.attrs += attribute(a)
	}
	return l
}

// WithGroup is asked for by nobody here; the names stay as they are.
func (l lines) WithGroup(string) slog.Handler { return l }

func attribute(a slog.Attr) string { return fmt.Sprintf(" %s=%v", a.Key, a.Value.Resolve()) }
