package jobs

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/riverqueue/river/riverdriver"
)

// looking is a listener that has something to tell from its nth look on.
type looking struct {
	riverdriver.Listener
	looks, tells int
	fails        error
}

func (l *looking) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	if l.looks++; l.looks >= l.tells {
		return &riverdriver.Notification{Topic: "t"}, l.fails
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

// Each ring makes a listener look again at once; it returns what it found, what went wrong, and the end of its context.
func TestListenerLooksWhenRung(t *testing.T) {
	t.Parallel()
	broken := errors.New("no database")
	for name, c := range map[string]struct {
		in    looking
		rings int
		want  error
	}{
		"found at once":         {looking{tells: 1}, 0, nil},
		"found after two rings": {looking{tells: 3}, 2, nil},
		"fails after a ring":    {looking{tells: 2, fails: broken}, 1, broken},
		"ends":                  {looking{tells: 9}, 1, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var b bell
				l := &listener{&c.in, &b}
				done := make(chan error, 1)
				go func() {
					_, err := l.WaitForNotification(ctx)
					done <- err
				}()
				for n := range c.rings {
					synctest.Wait()
					if c.in.looks != n+1 {
						t.Errorf("%d looks before ring %d", c.in.looks, n)
					}
					b.ring()
				}
				synctest.Wait()
				if c.want != nil && c.in.fails == nil {
					cancel()
				}
				if err := <-done; !errors.Is(err, c.want) {
					t.Error(err)
				}
			})
		})
	}
}
