package metadata

import (
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// class is what a request was for. Metrics have these names and never a caller's text.
type class uint8

const (
	classToken class = iota
	classIdentity
	classValue
	classIMDS
	classUnknown
	classRefused
	classes
)

var classNames = [classes]string{"token", "identity", "value", "imds", "unknown", "refused"}

// statuses that have a label of their own; others count as "other".
var statuses = [...]int{200, 301, 400, 403, 404, 405, 413, 429, 500, 503, 508}

type metrics struct {
	requests   [classes][len(statuses) + 1]prometheus.Counter
	seconds    [classes]prometheus.Observer
	turnedAway prometheus.Counter
	bodies     sync.Pool // buffers of answers
}

func newMetrics(reg prometheus.Registerer, s *Server) (*metrics, error) {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "landbridge_metadata_requests_total", Help: "Requests at the metadata door.",
	}, []string{"path", "code"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "landbridge_metadata_request_seconds", Help: "Time from a request's headers to its answer.",
		Buckets: []float64{.0001, .0005, .001, .005, .025, .1, .25, .5, 1, 2.5, 10},
	}, []string{"path"})
	m := &metrics{
		turnedAway: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "landbridge_metadata_connections_refused_total", Help: "Connections closed because too many were open.",
		}),
		bodies: sync.Pool{New: func() any { b := make([]byte, 0, 2048); return &b }},
	}
	for c, name := range classNames {
		m.seconds[c] = seconds.WithLabelValues(name)
		for i, status := range statuses {
			m.requests[c][i] = requests.WithLabelValues(name, strconv.Itoa(status))
		}
		m.requests[c][len(statuses)] = requests.WithLabelValues(name, "other")
	}
	if reg == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{requests, seconds, m.turnedAway, s.tokenAge(), s.tokenLife()} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// tokenAge and tokenLife are about the token that was handed out last.
func (s *Server) tokenAge() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "landbridge_metadata_token_age_seconds", Help: "Time since the token in use was first handed out; 0 before the first.",
	}, func() float64 {
		return s.ofToken(func(t *rendered, now time.Time) time.Duration { return now.Sub(t.since) })
	})
}

func (s *Server) tokenLife() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "landbridge_metadata_token_remaining_seconds", Help: "Life left in the token in use; negative when it is over.",
	}, func() float64 {
		return s.ofToken(func(t *rendered, now time.Time) time.Duration { return t.expiry.Sub(now) })
	})
}

func (s *Server) ofToken(measure func(*rendered, time.Time) time.Duration) float64 {
	t := s.rendered.Load()
	if t == nil {
		return 0
	}
	return measure(t, s.o.Clock()).Seconds()
}

func (m *metrics) done(o outcome, start time.Time) {
	i := 0
	for i < len(statuses) && statuses[i] != o.status {
		i++
	}
	m.requests[o.class][i].Inc()
	m.seconds[o.class].Observe(o.end.Sub(start).Seconds())
}
