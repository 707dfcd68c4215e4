package webhook

import (
	"context"
	"log/slog"

	"github.com/landbridge/landbridge/internal/estate"
)

// verdict is how a review went, for the metrics and the API server's audit log.
type verdict struct {
	outcome  outcome
	mode     string // of a pod with a bridge
	no       *refusal
	patch    []byte
	warnings []string
}

// admit is the way of every review: ask what its account wants, choose the containers, write the patch. It
// changes nothing anywhere, so that a dry run needs no care.
func (s *Server) admit(ctx context.Context, r *request) verdict {
	p := r.Object
	if !r.isNewPod() || p.lookAway() {
		return verdict{outcome: untouched}
	}
	who := account{r.Namespace, p.account()}
	w, no := s.wish(ctx, who)
	if no != nil {
		s.logDenied(ctx, who, p, no)
		return verdict{outcome: no.outcome(), no: no}
	}
	if w == nil {
		return verdict{outcome: untouched}
	}
	changes, no := s.bridge(p, w)
	if no != nil {
		s.logDenied(ctx, who, p, no)
		return verdict{outcome: denied, mode: w.mode, no: no, warnings: w.warnings}
	}
	v := verdict{outcome: unchanged, mode: w.mode, patch: changes, warnings: w.warnings}
	if changes != nil {
		v.outcome = patched
	}
	return v
}

// wish asks for the account's annotations, for a second at most: the API server waits meanwhile.
func (s *Server) wish(ctx context.Context, who account) (*wish, *refusal) {
	ctx, cancel := context.WithTimeout(ctx, s.o.AccountTimeout)
	defer cancel()
	annotations, err := s.o.Accounts.Annotations(ctx, who.namespace, who.name)
	if err != nil {
		return nil, lookupRefusal(who, err)
	}
	return readWish(who, annotations)
}

// bridge writes the patch that gives the pod its bridge; nil when it has all of it.
func (s *Server) bridge(p *pod, w *wish) ([]byte, *refusal) {
	chosen, no := p.choose()
	if no != nil || len(chosen) == 0 {
		return nil, no
	}
	p.locate()
	out := &patch{}
	give := s.credentials
	if w.mode == estate.ModeMetadata {
		give = s.metadata
	}
	if no := give(p, w, chosen, out); no != nil {
		return nil, no
	}
	return out.done(), nil
}

func (s *Server) logDenied(ctx context.Context, who account, p *pod, no *refusal) {
	name := p.Metadata.Name
	if name == "" {
		name = p.Metadata.GenerateName
	}
	s.log.WarnContext(ctx, "a pod is denied", slog.String("namespace", who.namespace), slog.String("pod", name),
		slog.String("service_account", who.name), slog.String("code", no.code), slog.String("reason", no.text))
}
