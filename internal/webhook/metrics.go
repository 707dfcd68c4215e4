package webhook

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/landbridge/landbridge/internal/estate"
)

// outcome is how a review went. Metrics have these names and never a caller's text.
type outcome uint8

const (
	untouched  outcome = iota // no bridge is wanted
	patched                   // the pod was given its bridge, or what was missing of it
	unchanged                 // the pod had all of it
	denied                    // the pod or its account is at fault
	unreadable                // the account could not be read: denied too
	malformed                 // not a review
	outcomes
)

var outcomeNames = [outcomes]string{"untouched", "patched", "unchanged", "denied", "unreadable", "malformed"}

func (r *refusal) outcome() outcome {
	if r.status == http.StatusServiceUnavailable {
		return unreadable
	}
	return denied
}

type metrics struct {
	reviews   [outcomes][len(modeNames)]prometheus.Counter
	seconds   prometheus.Histogram
	unbridged prometheus.Gauge
	looks     *prometheus.CounterVec
}

// modeNames are the values of the label mode; none is a review that found no bridge to give.
var modeNames = [...]string{"none", estate.ModeCredentials, estate.ModeMetadata}

func newMetrics(reg prometheus.Registerer, s *Server) (*metrics, error) {
	reviews := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "landbridge_webhook_reviews_total", Help: "Admission reviews, by how they went and the mode of the bridge.",
	}, []string{"outcome", "mode"})
	m := &metrics{
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "landbridge_webhook_review_seconds", Help: "Time from a review's headers to its answer.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .1, .5, 1, 2.5},
		}),
		unbridged: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "landbridge_webhook_unbridged_pods", Help: "Running pods that should carry a bridge and do not, at the last look.",
		}),
		looks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "landbridge_webhook_pod_looks_total", Help: "Looks through the running pods.",
		}, []string{"result"}),
	}
	for o, name := range outcomeNames {
		for i, mode := range modeNames {
			m.reviews[o][i] = reviews.WithLabelValues(name, mode)
		}
	}
	if reg == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{reviews, m.seconds, m.unbridged, m.looks, s.certificateLife()} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (s *Server) certificateLife() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "landbridge_webhook_certificate_remaining_seconds", Help: "Life left in the serving certificate; 0 when there is none.",
	}, func() float64 {
		c, err := s.o.Certificates.Certificate()
		if err != nil || c.Leaf == nil {
			return 0
		}
		return c.Leaf.NotAfter.Sub(s.o.Clock()).Seconds()
	})
}

func (m *metrics) done(v verdict, took time.Duration) {
	mode := 0
	for i, name := range modeNames {
		if name == v.mode {
			mode = i
		}
	}
	m.reviews[v.outcome][mode].Inc()
	m.seconds.Observe(took.Seconds())
}
