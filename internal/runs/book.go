package runs

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/manifest"
)

// book is the newest manifest of a dataset, its digest and signature checked; the zero one is of a dataset that was never copied.
type book struct {
	store          *manifest.Store
	stored         manifest.Stored
	header         manifest.Header
	digest         string
	objects, bytes int64
}

// latest finds the newest manifest, and reads it to its end: nothing of it is acted on before its signature holds.
func (s *Service) latest(ctx context.Context, name string) (*book, error) {
	stored, err := s.Newest(ctx, name)
	if codeOf(err) == dataset.CodeNotFound {
		return &book{}, nil
	}
	if err != nil {
		return nil, err
	}
	return &book{
		store: s.o.Manifests, stored: stored, header: stored.Header, digest: stored.Digest(), objects: stored.Trailer.Objects, bytes: stored.Trailer.Bytes,
	}, nil
}

// entries are those of the manifest; nil of none.
func (b *book) entries(ctx context.Context) iter.Seq2[dataset.Entry, error] {
	if b.store == nil {
		return nil
	}
	return b.store.Entries(ctx, b.stored)
}

// needed is latest where there must be one.
func (s *Service) needed(ctx context.Context, name string) (*book, error) {
	b, err := s.latest(ctx, name)
	if err == nil && b.store == nil {
		err = &bridge.Error{
			Kind: bridge.Usage, Code: "no_manifest", Text: "dataset " + name + " has no manifest: it was never copied",
			Hint: "landbridge dataset sync " + name,
		}
	}
	return b, err
}

// head is the newest manifest that the job database knows of a dataset: who can write where manifests lie can point at an older one of ours, and
// not at this.
type head struct {
	Run      string `json:"run"`
	Digest   string `json:"digest"`
	Sequence int64  `json:"sequence"`
}

func headOf(m manifest.Stored) head {
	return head{Run: m.Header.Run, Digest: m.Digest(), Sequence: m.Header.Sequence}
}

func headKey(name string) string { return "manifest/" + name }

// remember keeps the head with the end of the run that wrote it.
func (h head) remember(tx *jobs.Tx, name string) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return tx.Remember(headKey(name), text)
}

// Newest is the newest manifest of a dataset, and not an older one than the job database knows. dataset.CodeNotFound says that there is none.
func (s *Service) Newest(ctx context.Context, name string) (manifest.Stored, error) {
	found, err := s.o.Manifests.Latest(ctx, name)
	if err != nil && codeOf(err) != dataset.CodeNotFound {
		return found, err
	}
	text, unknown := s.engine.Recall(ctx, headKey(name))
	if unknown != nil {
		return found, unknown
	}
	var known head
	if text != nil {
		if err := json.Unmarshal(text, &known); err != nil {
			return found, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopJobs, Code: "head_unreadable", Text: "what the job database knows of the manifests of " + name + " cannot be read", Cause: err}
		}
	}
	now := headOf(found)
	switch {
	case now.Digest == known.Digest:
		return found, err
	case known.Digest == "" && !s.knows(ctx, now.Run):
		s.o.Log.WarnContext(ctx, "the job database knows no manifest of the dataset: the one that is there is believed", slog.String("dataset", name),
			slog.String("run", now.Run), slog.String("manifest", now.Digest))
	case known.Digest != "" && now.Sequence <= known.Sequence:
		return found, rolledBack(name, now, known)
	}
	return found, s.believe(ctx, name, text, now)
}

// knows says whether the job database has a run: one that has written its manifest and has not ended yet is no stranger.
func (s *Service) knows(ctx context.Context, run string) bool {
	_, err := s.engine.Show(ctx, run)
	return err == nil
}

// believe keeps a head in the place of what was known.
func (s *Service) believe(ctx context.Context, name string, before []byte, h head) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return s.engine.Remember(ctx, headKey(name), before, text)
}

func rolledBack(name string, now, known head) error {
	found := "none"
	if now.Digest != "" {
		found = now.Digest + " of run " + now.Run
	}
	return &bridge.Error{
		Kind: bridge.Damaged, Code: "manifest_rolled_back",
		Text: fmt.Sprintf("the newest manifest of dataset %s is said to be %s, and the job database knows a newer one: %s of run %s", name, found, known.Digest, known.Run),
		Hint: "see who can write where manifests are kept, and put that one back; or believe what is there: landbridge dataset adopt " + name,
	}
}

// Adopt believes the newest manifest that is there from now on, also when a newer one was known, and gives its digest; "" when there is none.
func (s *Service) Adopt(ctx context.Context, name string) (string, error) {
	found, err := s.o.Manifests.Latest(ctx, name)
	if err != nil && codeOf(err) != dataset.CodeNotFound {
		return "", err
	}
	before, err := s.engine.Recall(ctx, headKey(name))
	if err != nil {
		return "", err
	}
	err = s.o.Recorder.Record(ctx, bridge.Record{
		Time: s.o.Clock(), Event: bridge.EventEnded, Door: "jobs",
		Data: &bridge.Data{Run: found.Header.Run, Act: "adopt", Dataset: name, Manifest: found.Digest(), Outcome: "done"},
	})
	if err != nil {
		return "", err
	}
	return found.Digest(), s.believe(ctx, name, before, headOf(found))
}
