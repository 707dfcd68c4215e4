package broker_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/broker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// far is a shore and a home in one: it counts what it was asked and answers as told.
type far struct {
	mu        sync.Mutex
	asked     []bridge.AssertionRequest
	exchanges int
	life      time.Duration
	delay     time.Duration
	home      func(n int) error // of the nth assertion, from 1
	exchange  func(n int) error // of the nth exchange, from 1
	records   []bridge.Record
	log       error
}

func (f *far) Assertion(_ context.Context, req bridge.AssertionRequest) (bridge.Assertion, error) {
	f.mu.Lock()
	f.asked = append(f.asked, req)
	n := len(f.asked)
	f.mu.Unlock()
	if f.home != nil {
		if err := f.home(n); err != nil {
			return bridge.Assertion{}, err
		}
	}
	return bridge.Assertion{Token: bridge.NewSecret(fmt.Sprint("assertion-", n)), Type: bridge.JWT, Issuer: "https://issuer.test", Subject: "sub"}, nil
}

func (f *far) AssertionAudience() string { return "aud" }

func (f *far) Exchange(ctx context.Context, _ bridge.Assertion, req bridge.LeaseRequest) (bridge.Lease, error) {
	f.mu.Lock()
	f.exchanges++
	n, life := f.exchanges, f.life
	f.mu.Unlock()
	if f.delay > 0 {
		select {
		case <-time.After(f.delay):
		case <-ctx.Done():
			return bridge.Lease{}, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopSTS, Code: "deadline_exceeded", Text: "gave up waiting for sts"}
		}
	}
	if f.exchange != nil {
		if err := f.exchange(n); err != nil {
			return bridge.Lease{}, err
		}
	}
	return bridge.Lease{
		Token: bridge.NewSecret(fmt.Sprint("lease-", n)), Type: bridge.AccessToken, Principal: "principal://p",
		Scopes: req.Scopes, Audience: req.Audience, Expiry: time.Now().Add(life),
	}, nil
}

func (f *far) Record(_ context.Context, r bridge.Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.log != nil {
		return f.log
	}
	f.records = append(f.records, r)
	return nil
}

func (f *far) counts() (assertions, exchanges, records int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked), f.exchanges, len(f.records)
}

func newBroker(t *testing.T, f *far, opts ...func(*broker.Options)) *broker.Broker {
	t.Helper()
	o := broker.Options{Source: f, Exchanger: f, Recorder: f, Clock: time.Now, Jitter: func() float64 { return 0 }, Door: "test", Caller: "me"}
	for _, opt := range opts {
		opt(&o)
	}
	b, err := broker.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func lease(t *testing.T, l bridge.Leaser, req bridge.LeaseRequest) string {
	t.Helper()
	got, err := l.Lease(t.Context(), req)
	if err != nil {
		t.Fatalf("Lease: %v", err)
	}
	if left := time.Until(got.Expiry); left < bridge.MinLife {
		t.Fatalf("lease with %v left handed out", left)
	}
	return got.Token.Reveal()
}

func refusal(t *testing.T, l bridge.Leaser, code string) *bridge.Error {
	t.Helper()
	_, err := l.Lease(t.Context(), bridge.LeaseRequest{})
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Code != code {
		t.Fatalf("Lease: %v, want code %s", err, code)
	}
	return e
}

var zero bridge.LeaseRequest

func TestNewWantsItsParts(t *testing.T) {
	t.Parallel()
	if _, err := broker.New(broker.Options{}); bridge.KindOf(err) != bridge.Fault {
		t.Fatalf("got %v", err)
	}
}

func TestOneFlightForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: time.Hour, delay: time.Second}
		b := newBroker(t, f)
		hasty, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			_, err := b.Lease(hasty, zero)
			gone <- err
		}()
		synctest.Wait()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { lease(t, b, zero) })
		}
		synctest.Wait()
		cancel() // the caller who started the flight leaves; the others still get their lease
		err := <-gone
		if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Code != "canceled" || !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled caller: %v", err)
		}
		wg.Wait()
		if a, x, r := f.counts(); a != 1 || x != 1 || r != 1 {
			t.Errorf("%d assertions, %d exchanges, %d records; want one of each", a, x, r)
		}
	})
}

func TestRefreshAtEightyPercentWhenUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: time.Hour}
		b := newBroker(t, f)
		lease(t, b, zero)
		time.Sleep(47 * time.Minute)
		if got := lease(t, b, zero); got != "lease-1" {
			t.Fatalf("before 80%%: %s", got)
		}
		time.Sleep(61*time.Second + time.Millisecond)
		synctest.Wait()
		if got := lease(t, b, zero); got != "lease-2" {
			t.Errorf("after 80%%: %s", got)
		}
	})
}

func TestNoRefreshWhenUnused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: time.Hour}
		b := newBroker(t, f)
		lease(t, b, zero) // whoever caused the exchange is no use of what it brought
		time.Sleep(3 * time.Hour)
		if _, x, _ := f.counts(); x != 1 {
			t.Errorf("%d exchanges for a lease that nobody used", x)
		}
		if got := lease(t, b, zero); got != "lease-2" {
			t.Errorf("got %s", got)
		}
	})
}

// The promise that doors stand on: at no time is a lease handed out that is short of life.
func TestNeverShortOfLife(t *testing.T) {
	for _, life := range []time.Duration{301 * time.Second, 303 * time.Second, 12 * time.Minute, time.Hour} {
		t.Run(life.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &far{life: life}
				b := newBroker(t, f)
				for range 2000 {
					lease(t, b, zero)
					time.Sleep(1700 * time.Millisecond)
				}
			})
		})
	}
}

func TestShortLeaseRefreshedBeforeWithdrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: 12 * time.Minute, delay: 10 * time.Second}
		b := newBroker(t, f)
		lease(t, b, zero)
		for range 3600 {
			time.Sleep(time.Second)
			start := time.Now()
			lease(t, b, zero)
			if waited := time.Since(start); waited > 0 {
				t.Fatalf("waited %v for a lease that should have been renewed in the background", waited)
			}
		}
	})
}

func TestLastGoodServedWhileTheCloudIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := func(n int) error {
			if n == 1 {
				return nil
			}
			return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopSTS, Code: "unreachable", Text: "cannot reach sts", Retry: true}
		}
		f := &far{life: time.Hour, exchange: down}
		b := newBroker(t, f)
		lease(t, b, zero)
		for range 54 {
			time.Sleep(time.Minute)
			if got := lease(t, b, zero); got != "lease-1" {
				t.Fatalf("got %s", got)
			}
		}
		_, x, _ := f.counts()
		if x < 8 || x > 60 { // from 48:00 to 54:00, four tries a time, backing off to a minute
			t.Errorf("%d exchanges while down", x)
		}
		time.Sleep(time.Minute)
		refusal(t, b, "unreachable") // 5 minutes left: the last good lease is good no longer
	})
}

func TestSuspendedMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: time.Hour}
		var slept time.Duration
		var mu sync.Mutex
		b := newBroker(t, f, func(o *broker.Options) {
			o.Clock = func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(slept) }
		})
		if got := lease(t, b, zero); got != "lease-1" {
			t.Fatal(got)
		}
		mu.Lock()
		slept = 59 * time.Minute // the wall clock jumps, the timers do not
		mu.Unlock()
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		f.mu.Lock()
		f.life = 2 * time.Hour
		f.mu.Unlock()
		if got := lease(t, b, zero); got != "lease-2" {
			t.Errorf("after the machine woke up: %s", got)
		}
	})
}

func TestScopesAreASet(t *testing.T) {
	t.Parallel()
	b := newBroker(t, &far{life: time.Hour})
	h := b.Handle(bridge.LeaseRequest{Scopes: []string{"b", "a", "b"}})
	if h != b.Handle(bridge.LeaseRequest{Scopes: []string{"a", "b"}}) || h != b.Handle(bridge.LeaseRequest{Scopes: []string{"b a"}}) {
		t.Error("the same set of scopes has two handles")
	}
	if h == b.Handle(bridge.LeaseRequest{Scopes: []string{"a", "b"}, Audience: "x"}) || h == b.Handle(bridge.LeaseRequest{Scopes: []string{"ab"}}) {
		t.Error("different requests share a handle")
	}
	if d := cmp.Diff([]string{"a", "b"}, h.Request().Scopes); d != "" {
		t.Error(d)
	}
	if b.Handle(zero) != b.Handle(bridge.LeaseRequest{Scopes: []string{}}) {
		t.Error("empty and nil scopes differ")
	}
}

func TestHandlesAreBounded(t *testing.T) {
	t.Parallel()
	f := &far{life: time.Hour}
	b := newBroker(t, f, func(o *broker.Options) { o.MaxHandles = 3 })
	req := func(s string) bridge.LeaseRequest { return bridge.LeaseRequest{Scopes: []string{s}} }
	a := b.Handle(req("a"))
	first, err := a.Lease(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"b", "c", "d"} {
		lease(t, b, req(s))
	}
	if first, second := b.Handle(req("c")), b.Handle(req("c")); first != second {
		t.Error("c was evicted, a was used less recently")
	}
	again, err := a.Lease(t.Context()) // the evicted handle still answers, through its successor
	if err != nil || again.Token.Name() == first.Token.Name() {
		t.Errorf("evicted handle: %v %v", again.Token, err)
	}
	if b.Handle(req("a")) == a {
		t.Error("an evicted handle came back")
	}
}

func TestOversizedRequest(t *testing.T) {
	t.Parallel()
	f := &far{life: time.Hour}
	_, err := newBroker(t, f).Lease(t.Context(), bridge.LeaseRequest{Audience: string(make([]byte, 9000))})
	if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Text != "scopes and audience together are longer than 8192 bytes" || e.Kind != bridge.Usage {
		t.Errorf("got %v", err)
	}
	if a, _, _ := f.counts(); a != 0 {
		t.Error("home was asked")
	}
}

func TestCloseEndsAFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{life: time.Hour, delay: time.Minute}
		b := newBroker(t, f)
		got := make(chan error)
		go func() {
			_, err := b.Lease(t.Context(), zero)
			got <- err
		}()
		synctest.Wait()
		b.Close()
		if e, ok := errors.AsType[*bridge.Error](<-got); !ok || e.Code != "closed" {
			t.Errorf("waiting caller: %v", e)
		}
		refusal(t, b, "closed")
		b.Close()
	})
}
