package policy

import (
	"time"
)

// Quota is how much one workload may use under one rule; 0 is no limit. Minutes and days are those of UTC.
type Quota struct {
	RequestsPerMinute int
	RequestsPerDay    int
	TokensPerMinute   int
	TokensPerDay      int
	Concurrent        int // counted in this process, whatever the Bank
	// Shadow counts and reports, and refuses nothing.
	Shadow bool
}

// Limit is one limit of a quota that is counted in windows of time.
type Limit uint8

// The limits.
const (
	RequestsPerMinute Limit = iota
	RequestsPerDay
	TokensPerMinute
	TokensPerDay
	limitCount
)

// String is the limit's key in landbridge.yaml.
func (l Limit) String() string {
	return [limitCount]string{"requests_per_minute", "requests_per_day", "tokens_per_minute", "tokens_per_day"}[l]
}

// tokens says that the limit counts tokens, not calls.
func (l Limit) tokens() bool { return l == TokensPerMinute || l == TokensPerDay }

// Period is how long the limit's windows are.
func (l Limit) Period() time.Duration {
	if l == RequestsPerMinute || l == TokensPerMinute {
		return time.Minute
	}
	return 24 * time.Hour
}

// limits are the sizes, by Limit.
func (q *Quota) limits() [limitCount]int {
	return [limitCount]int{q.RequestsPerMinute, q.RequestsPerDay, q.TokensPerMinute, q.TokensPerDay}
}

// Window is one limit in one minute or day, and how much may be used in it.
type Window struct {
	Limit Limit
	Start int64 // Unix seconds, UTC: a whole minute or day
	Size  int64
}

// WindowAt is the window of a limit that holds a moment.
func WindowAt(l Limit, size int64, now time.Time) Window {
	period := int64(l.Period() / time.Second)
	at := now.Unix()
	return Window{Limit: l, Start: at - at%period, Size: size}
}

// End is the first moment after the window.
func (w Window) End() time.Time { return time.Unix(w.Start, 0).UTC().Add(w.Limit.Period()) }
