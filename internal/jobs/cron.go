package jobs

import (
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// cron is a parsed expression: sets of minutes, hours, days and so on as bits, or a plain interval.
type cron struct {
	every                             time.Duration
	minute, hour, day, month, weekday uint64
	anyDay, anyWeekday                bool
	where                             *time.Location
}

// field is one of the five, with the least and the greatest value that it may have.
type field struct {
	name        string
	least, most int
	names       string // of the values from least on, three letters each
}

func fields() [5]field {
	return [5]field{
		{"minute", 0, 59, ""},
		{"hour", 0, 23, ""},
		{"day of the month", 1, 31, ""},
		{"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
		{"day of the week", 0, 7, "sunmontuewedthufrisat"},
	}
}

func parseCron(text string, where *time.Location) (cron, error) {
	if where == nil {
		where = time.UTC
	}
	if d, ok := strings.CutPrefix(text, "@every "); ok {
		every, err := time.ParseDuration(strings.TrimSpace(d))
		if err != nil || every < time.Second {
			return cron{}, badCron(text, "@every needs a duration of at least 1s, such as @every 6h")
		}
		return cron{every: every, where: where}, nil
	}
	expression := text
	switch text {
	case "@hourly":
		expression = "0 * * * *"
	case "@daily", "@midnight":
		expression = "0 0 * * *"
	case "@weekly":
		expression = "0 0 * * 0"
	case "@monthly":
		expression = "0 0 1 * *"
	}
	parts := strings.Fields(expression)
	if len(parts) != 5 {
		return cron{}, badCron(text, "it needs five fields: minute, hour, day of the month, month, day of the week")
	}
	var sets [5]uint64
	for i, f := range fields() {
		set, ok := f.parse(strings.ToLower(parts[i]))
		if !ok {
			return cron{}, badCron(text, "the "+f.name+" "+quote(parts[i])+" is not understood")
		}
		sets[i] = set
	}
	sets[4] |= sets[4] >> 7 & 1 // 7 is Sunday too
	c := cron{minute: sets[0], hour: sets[1], day: sets[2], month: sets[3], weekday: sets[4], anyDay: parts[2][0] == '*', anyWeekday: parts[4][0] == '*', where: where}
	if c.next(time.Unix(0, 0)).IsZero() {
		return cron{}, badCron(text, "there is no such day")
	}
	return c, nil
}

func badCron(text, why string) error {
	return usage("jobs_schedule", "the schedule "+quote(text)+" is not one: "+why)
}

// parse reads a list of *, N, N-M, each with or without a /STEP.
func (f field) parse(text string) (set uint64, ok bool) {
	for item := range strings.SplitSeq(text, ",") {
		span, stepText, stepped := strings.Cut(item, "/")
		step := 1
		if stepped {
			n, err := strconv.Atoi(stepText)
			if err != nil || n < 1 || n > f.most {
				return 0, false
			}
			step = n
		}
		from, to := f.least, f.most
		if span != "*" {
			first, last, ranged := strings.Cut(span, "-")
			if from, ok = f.number(first); !ok {
				return 0, false
			}
			if ranged {
				if to, ok = f.number(last); !ok || to < from {
					return 0, false
				}
			} else if !stepped {
				to = from
			}
		}
		for n := from; n <= to; n += step {
			set |= 1 << n
		}
	}
	return set, true
}

func (f field) number(text string) (int, bool) {
	if len(text) == 3 && f.names != "" {
		if i := strings.Index(f.names, text); i >= 0 && i%3 == 0 {
			return f.least + i/3, true
		}
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= f.least && n <= f.most && text[0] != '+' && text[0] != '-'
}

// next is the first time after t; the zero time when there is none within eight years, between which two leap days may lie. A time that
// a change of the clocks skips is due when the clocks have been changed; one that it repeats is due once.
func (c cron) next(t time.Time) time.Time {
	if c.every > 0 {
		return t.Add(c.every)
	}
	t = t.In(c.where)
	year, month, day := t.Date()
	for i := range 8*366 + 1 {
		d := time.Date(year, month, day+i, 12, 0, 0, 0, c.where)
		if !c.onDay(d) {
			continue
		}
		if due := c.within(d, t); !due.IsZero() {
			return due
		}
	}
	return time.Time{}
}

// within is the first time on a day that is after t.
func (c cron) within(d, t time.Time) time.Time {
	for hours := c.hour; hours != 0; hours &= hours - 1 {
		for minutes := c.minute; minutes != 0; minutes &= minutes - 1 {
			due := time.Date(d.Year(), d.Month(), d.Day(), bits.TrailingZeros64(hours), bits.TrailingZeros64(minutes), 0, 0, c.where)
			if due.After(t) {
				return due.UTC()
			}
		}
	}
	return time.Time{}
}

// onDay follows the rule of cron: when both days are given, one that fits is enough.
func (c cron) onDay(d time.Time) bool {
	if c.month>>int(d.Month())&1 == 0 {
		return false
	}
	day, weekday := c.day>>d.Day()&1 == 1, c.weekday>>int(d.Weekday())&1 == 1
	if c.anyDay || c.anyWeekday {
		return day && weekday
	}
	return day || weekday
}
