package webhook

import (
	"context"
	"log/slog"
	"time"
)

// lookTimeout bounds one look through the pods of a large cluster.
const lookTimeout = 2 * time.Minute

// look looks through the running pods now and then: those that were created while the webhook was away, before their
// account was annotated, or by somebody who goes round admission, run without their bridge and nobody would notice.
func (s *Server) look(ctx context.Context) {
	if s.o.Pods == nil {
		return
	}
	every := time.NewTicker(s.o.LookEvery)
	defer every.Stop()
	for {
		s.lookOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

func (s *Server) lookOnce(ctx context.Context) {
	within, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	pods, err := s.o.Pods.Unbridged(within)
	if err != nil {
		if ctx.Err() == nil {
			s.metrics.looks.WithLabelValues("failed").Inc()
			s.log.WarnContext(ctx, "the running pods cannot be looked through", slog.Any("error", err))
		}
		return
	}
	s.metrics.looks.WithLabelValues("done").Inc()
	s.metrics.unbridged.Set(float64(len(pods)))
	for _, p := range pods {
		s.log.WarnContext(ctx, "a running pod has no bridge", slog.String("namespace", p.Namespace), slog.String("pod", p.Pod),
			slog.String("reason", p.Reason), slog.String("mend", p.Command))
	}
}
