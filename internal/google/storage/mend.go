package storage

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// evidenceRoom is where damaged generations go that the bucket itself would not keep: evidenceRoom/GENERATION/NAME.
const evidenceRoom = hidden + "evidence/"

// Mend implements dataset.Mender: good parts are composed again with new ones in the place of the damaged ones.
func (s *Store) Mend(ctx context.Context, o dataset.Object, w dataset.Write, l dataset.Layout, good []dataset.Chunk) (dataset.Upload, string, error) {
	if w.Origin == "" || l.Ordered {
		return nil, "", partsGone(o)
	}
	now, err := s.Stat(ctx, o.Name)
	if err != nil {
		return nil, "", err
	}
	if now.Version != o.Version {
		return nil, "", &bridge.Error{
			Kind: bridge.Drifted, Hop: bridge.HopBucket, Code: dataset.CodeChanged,
			Text: "somebody else has changed the object in gs://" + s.options.Bucket, Hint: "verify again: what is there now may be whole",
		}
	}
	w.If = dataset.Replaces(o)
	a := s.assembly(w, l, o.Version)
	if err := a.findParts(ctx); err != nil {
		return nil, "", err
	}
	if err := a.adopt(ctx, o, good); err != nil {
		return nil, "", err
	}
	kept, err := s.keep(ctx, now)
	return a, kept, err
}

// adopt takes good chunks over by the refs that the manifest kept. Each must be there still, with the sum that it had.
func (a *assembly) adopt(ctx context.Context, o dataset.Object, good []dataset.Chunk) error {
	there := map[string]dataset.Object{}
	listed := map[string]bool{}
	for _, c := range good {
		name, generation, _ := strings.Cut(c.Ref, "#")
		room := path.Dir(name) + "/"
		if !strings.HasPrefix(room, partsRoom) {
			return partsGone(o)
		}
		if !listed[room] {
			listed[room] = true
			for found, err := range a.store.List(ctx, dataset.Query{Prefix: room}) {
				if err != nil {
					return err
				}
				there[found.Name] = found
			}
		}
		found, ok := there[name]
		if !ok || found.Version != generation || found.Size != c.Size || !c.CRC32C.Known || found.CRC32C != c.CRC32C {
			return partsGone(o)
		}
		a.parts[c.Index] = partOf(found)
	}
	return nil
}

func partsGone(o dataset.Object) *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Drifted, Hop: bridge.HopBucket, Code: dataset.CodeNotFound,
		Text: "the parts of generation " + o.Version + " are not in the bucket any more", Hint: "the whole object is copied again",
	}
}

// keep sees to it that the damaged generation stays, and says where: as a noncurrent or soft-deleted one where the bucket keeps such,
// else as a copy.
func (s *Store) keep(ctx context.Context, o dataset.Object) (string, error) {
	facts, err := s.Look(ctx)
	if err == nil && (facts.Versioned || facts.SoftDelete > 0) {
		return "gs://" + s.options.Bucket + "/" + s.options.Prefix + o.Name + "#" + o.Version, nil
	}
	if err != nil && !hasCode(err, dataset.CodeUnauthorized) { // who may not know what the bucket keeps, copies
		return "", err
	}
	name := evidenceRoom + o.Version + "/" + o.Name
	if len(s.options.Prefix+name) > maxName {
		name = evidenceRoom + o.Version
	}
	if err := s.rewrite(ctx, o, name); err != nil && !hasCode(err, dataset.CodeExists) {
		return "", err
	}
	return "gs://" + s.options.Bucket + "/" + s.options.Prefix + name, nil
}

// rewrite copies an object within the bucket; no byte leaves it. Large ones take several calls.
func (s *Store) rewrite(ctx context.Context, o dataset.Object, to string) error {
	q := url.Values{"sourceGeneration": {o.Version}, "ifGenerationMatch": {"0"}, "fields": {"done,rewriteToken"}}
	for {
		var answer struct {
			Done         bool
			RewriteToken string
		}
		err := s.call(ctx, request{
			method: http.MethodPost, path: s.object(o.Name) + "/rewriteTo" + strings.TrimPrefix(s.object(to), "/storage/v1"),
			query: q, about: o.Name, exists: true,
		}, nil, &answer)
		if err != nil || answer.Done {
			return err
		}
		q.Set("rewriteToken", answer.RewriteToken)
	}
}
