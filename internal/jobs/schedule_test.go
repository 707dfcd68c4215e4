//go:build unix

package jobs

import (
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A schedule starts a run when it is due, once over all processes; what was missed runs once; one that has changed begins anew.
func schedules(t *testing.T, a at) {
	now := time.Date(2026, 11, 23, 12, 0, 30, 0, time.UTC)
	o := a.options()
	o.Clock = func() time.Time { return now }
	nightly := Schedule{Name: "nightly", When: "0 2 * * *", Run: images}
	o.Schedules = []Schedule{nightly, {Name: "often", When: "@every 1h", Run: one("plan")}}
	one, two := open(t, o), open(t, o)
	tick := func(d time.Duration) {
		now = now.Add(d)
		var work sync.WaitGroup
		for _, e := range []*Engine{one, two, one, two} {
			work.Go(func() {
				if err := e.startDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		work.Wait()
	}
	started := func() (nightly, often int) {
		for _, e := range []*Engine{one} {
			runs, err := e.List(t.Context(), Query{})
			if err != nil {
				t.Fatal(err)
			}
			for _, run := range runs {
				switch run.Schedule {
				case "nightly":
					nightly++
				case "often":
					often++
				}
				if !run.State.Ended() {
					if err := e.Cancel(t.Context(), run.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		return nightly, often
	}
	want := func(n, h int) {
		t.Helper()
		if nightly, often := started(); nightly != n || often != h {
			t.Errorf("at %v: %d and %d runs, want %d and %d", now, nightly, often, n, h)
		}
	}
	for _, e := range []*Engine{one, two, one} {
		if err := e.installSchedules(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tick(0)
	want(0, 0)
	tick(59 * time.Minute)
	want(0, 0)
	tick(time.Minute)
	want(0, 1)
	tick(3 * 24 * time.Hour) // nobody worked for three days
	want(1, 2)
	planned, err := one.Planned(t.Context())
	if err != nil || len(planned) != 2 || planned[0].Name != "nightly" || planned[0].When != "0 2 * * *" || planned[0].LastRun == "" ||
		!planned[0].Next.Equal(time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)) || !planned[0].Last.Equal(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v %v", planned, err)
	}
	// A restart with other schedules: one has changed, one is gone. What another process still has of them starts nothing.
	nightly.When = "0 3 * * *"
	o.Schedules = []Schedule{nightly}
	three := open(t, o)
	if err := three.installSchedules(t.Context()); err != nil {
		t.Fatal(err)
	}
	now = time.Date(2026, 11, 27, 2, 30, 0, 0, time.UTC)
	tick(0)
	want(1, 2)
	one = three
	tick(time.Hour)
	want(2, 2)
	if planned, err := one.Planned(t.Context()); err != nil || len(planned) != 1 {
		t.Errorf("%+v %v", planned, err)
	}
	// Its last run has not ended: it is passed over, and due again the next night.
	tick(24 * time.Hour)
	tick(24 * time.Hour)
	want(3, 2)
}

func TestCron(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones here")
	}
	for _, c := range []struct {
		when       string
		where      *time.Location
		from, next string
	}{
		{"@every 6h", nil, "2026-11-23T12:00:30Z", "2026-11-23T18:00:30Z"},
		{"* * * * *", nil, "2026-11-23T12:00:30Z", "2026-11-23T12:01:00Z"},
		{"*/15 9-17 * * mon-fri", nil, "2026-11-20T17:46:00Z", "2026-11-23T09:00:00Z"},
		{"5,35 2 * * *", nil, "2026-11-23T02:05:00Z", "2026-11-23T02:35:00Z"},
		{"@monthly", nil, "2026-11-23T00:00:00Z", "2026-12-01T00:00:00Z"},
		{"@weekly", nil, "2026-11-23T00:00:00Z", "2026-11-29T00:00:00Z"},
		{"0 0 * * 7", nil, "2026-11-23T00:00:00Z", "2026-11-29T00:00:00Z"},
		{"0 0 13 * fri", nil, "2026-11-14T00:00:00Z", "2026-11-20T00:00:00Z"}, // either day is enough
		{"0 0 29 feb *", nil, "2026-11-23T00:00:00Z", "2028-02-29T00:00:00Z"},
		{"0 0 29 2 *", nil, "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
		{"30 2 * * *", berlin, "2027-03-27T12:00:00Z", "2027-03-28T01:30:00Z"}, // 2:30 is skipped that night
		{"30 2 * * *", berlin, "2026-10-24T12:00:00Z", "2026-10-25T01:30:00Z"}, // and comes twice in this one
		{"30 2 * * *", berlin, "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"},
		{"0 8 * * *", berlin, "2026-11-23T12:00:00Z", "2026-11-24T07:00:00Z"},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Schedule{Name: "x", When: c.when, Location: c.where}.next(from)
		if err != nil || got.UTC().Format(time.RFC3339) != c.next {
			t.Errorf("%s after %s is %s, want %s; %v", c.when, c.from, got.UTC().Format(time.RFC3339), c.next, err)
		}
	}
	for when, text := range map[string]string{
		"@every 5": `the schedule "@every 5" is not one: @every needs a duration`, "@every 1ms": "at least 1s", "@reboot": "it needs five fields",
		"60 * * * *": `the minute "60" is not understood`, "* * 0 * *": `the day of the month "0"`, "* * * foo *": `the month "foo"`,
		"* * * * 1-0": `the day of the week "1-0"`, "*/0 * * * *": "minute", "+1 * * * *": "minute", "1-2-3 * * * *": "minute", ", * * * *": "minute",
		"0 0 30 2 *": "there is no such day", "": "it needs five fields",
	} {
		_, err := parseCron(when, nil)
		refused(t, err, "jobs_schedule", text)
	}
}

// The next time is after now, fits the expression, and nothing that fits lies between; the jitter is the same each time.
func TestCronNext(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := func(name string, least, most int) string {
			n := rapid.IntRange(least, most).Draw(t, name)
			return rapid.SampledFrom([]string{"*", strconv.Itoa(n)}).Draw(t, name)
		}
		when := item("minute", 0, 59) + " " + item("hour", 0, 23) + " * * " + item("weekday", 0, 6)
		jitter := time.Duration(rapid.IntRange(0, 600).Draw(t, "jitter")) * time.Second
		s := Schedule{Name: rapid.String().Draw(t, "name"), When: when, Jitter: jitter}
		now := time.Unix(rapid.Int64Range(1.7e9, 1.9e9).Draw(t, "now"), 0)
		next, err := s.next(now)
		if err != nil {
			t.Fatal(err)
		}
		exact, err := Schedule{When: when}.next(now.Add(-jitter))
		if err != nil || !next.After(now) || next.Before(exact) {
			t.Fatalf("%s after %v: %v, and %v without jitter; %v", when, now, next, exact, err)
		}
		if between, _ := s.next(next.Add(-time.Second)); !between.Equal(next) {
			t.Fatalf("%s: %v, then %v", when, next, between)
		}
	})
}

func FuzzCron(f *testing.F) {
	for _, s := range []string{"*/5 * * * *", "0 0 1-7 * sun", "@every 1h", "@daily", "1,2,3/4 5 6 7 0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, when string) {
		c, err := parseCron(when, nil)
		if err != nil {
			return
		}
		now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		if next := c.next(now); !next.After(now) {
			t.Errorf("%q: %v", when, next)
		}
	})
}
