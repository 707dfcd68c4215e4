package setup

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// pace is how a call is repeated: how often, and how long apart, doubling up to a longest wait.
type pace struct {
	tries          int
	first, longest time.Duration
	// once says that a call that was not answered in its time is not repeated: it has waited for long already.
	once bool
}

var (
	readPace  = pace{tries: 4, first: 300 * time.Millisecond, longest: 5 * time.Second, once: true}
	writePace = pace{tries: 8, first: time.Second, longest: 30 * time.Second}
)

// patient repeats a call that may succeed later, as its error says, and waits as long as the far side asked. Notice, when
// given, hears of each wait.
func patient(ctx context.Context, p pace, notice func(err error, wait time.Duration), call func(context.Context) error) error {
	wait := p.first
	for try := 1; ; try++ {
		err := call(ctx)
		if err == nil || ctx.Err() != nil || try == p.tries || !again(err) || p.once && errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		// Many callers are refused at once: they come back apart, within a quarter of the wait.
		pause := wait + time.Duration(rand.Int64N(int64(wait)/4+1)) //nolint:gosec // spreads load, guards nothing
		if e, ok := errors.AsType[*bridge.Error](err); ok && e.RetryAfter > pause {
			pause = e.RetryAfter
		}
		if notice != nil {
			notice(err, pause)
		}
		if bridge.Wait(ctx, pause) != nil {
			return err
		}
		wait = min(2*wait, p.longest)
	}
}

// again says whether the same call may succeed later. A conflict is one of those: the thing is read again first.
func again(err error) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	return ok && (e.Retry || conflict(err))
}

// conflict says that the thing is not as it was when it was read: somebody else changed it, or an operation is under way.
func conflict(err error) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	return ok && (e.Status == 409 || e.Status == 412)
}
