package runs

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Hidden below the target are what a courier is told to bring, and what the source had under each of these names when they were listed: JSON Lines.
// The digest of the second is in the run's row, so that what arrived is held against nothing that somebody else wrote.
func listName(run string) string  { return ".landbridge/handover/" + run + ".csv" }
func stateName(run string) string { return ".landbridge/handover/" + run + ".jsonl" }

// listed is an object as it was when it was ordered.
type listed struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	MD5  []byte `json:"md5,omitempty"`
}

// list writes what is to be ordered. What lies in its place is of an attempt that was killed before it had kept the digest.
func (s *Service) list(ctx context.Context, run string, d *Dataset, spec Spec) (order, error) {
	o := order{Listed: s.o.Clock().UTC()}
	state, err := newSpool()
	if err != nil {
		return o, err
	}
	defer state.close()
	out := json.NewEncoder(state)
	for i, err := range s.items(ctx, d, spec, "") {
		// What would be replaced is copied here: a courier writes under no precondition.
		if err == nil && i.Action == transfer.Create {
			err = out.Encode(listed{i.Name, i.Source.Size, i.Source.MD5})
		}
		if err != nil {
			return o, err
		}
	}
	if state.size == 0 {
		return o, nil
	}
	names, err := newSpool()
	if err != nil {
		return o, err
	}
	defer names.close()
	if err := d.Courier.List(names, state.names()); err != nil {
		return o, err
	}
	if err := names.put(ctx, d.Target, listName(run), "text/csv"); err != nil {
		return o, err
	}
	o.Digest = digestOf(state.digest.Sum(nil))
	return o, state.put(ctx, d.Target, stateName(run), "application/jsonl")
}

func digestOf(sum []byte) string { return "sha256:" + hex.EncodeToString(sum) }

// ordered is what a run ordered, in byte order of names; none when there was no order.
type ordered struct {
	order
	in   *json.Decoder
	last listed
	end  bool
	done func()
}

func (s *Service) ordered(ctx context.Context, run string, d *Dataset, o order) (*ordered, error) {
	if o.Digest == "" {
		return &ordered{end: true, done: func() {}}, nil
	}
	list, err := d.Target.Stat(ctx, stateName(run))
	if codeOf(err) == dataset.CodeNotFound {
		return nil, listRefused(d, run, "is gone")
	}
	if err != nil {
		return nil, err
	}
	body, err := d.Target.Open(ctx, list, 0, list.Size)
	if err != nil {
		return nil, err
	}
	digest := sha256.New()
	_, err = io.Copy(digest, body)
	_ = body.Close()
	if err != nil {
		return nil, listUnreadable(err)
	}
	if now := digestOf(digest.Sum(nil)); now != o.Digest {
		return nil, listRefused(d, run, "was "+o.Digest+" when it was handed over, and is "+now)
	}
	if body, err = d.Target.Open(ctx, list, 0, list.Size); err != nil { // the same bytes, by their version
		return nil, err
	}
	return &ordered{order: o, in: json.NewDecoder(bufio.NewReader(body)), done: func() { _ = body.Close() }}, nil
}

func listRefused(d *Dataset, run, why string) error {
	return &bridge.Error{
		Kind: bridge.Refused, Code: "list_changed", Text: "the list of what was handed over, " + d.Target.Place().String() + stateName(run) + ", " + why + ": what arrived cannot be told from what somebody else wrote",
		Hint: "see who can write to the bucket; then landbridge dataset sync " + d.Name + " begins anew",
	}
}

func listUnreadable(err error) error {
	return &bridge.Error{Kind: bridge.Unreachable, Code: "list_unreadable", Text: "the list of what was handed over cannot be read", Retry: true, Cause: err}
}

// find is what was ordered under a name. Names are asked for in ascending order.
func (o *ordered) find(name string) (listed, bool, error) {
	for !o.end && o.last.Name < name {
		var next listed
		err := o.in.Decode(&next)
		if errors.Is(err, io.EOF) {
			o.end = true
			break
		}
		if err != nil {
			return next, false, listUnreadable(err)
		}
		o.last = next
	}
	return o.last, !o.end && o.last.Name == name, nil
}

// arrived decides anew what a plan calls somebody else's, when a courier was ordered to bring it. What has other bytes than the source has now is
// replaced only if it is what the source had when it was ordered; where no sum of both stores tells, the bytes are compared.
func (o *ordered) arrived(i transfer.Item) (transfer.Item, error) {
	if i.Action != transfer.Conflict || i.Source.Name == "" {
		return i, nil
	}
	was, ok, err := o.find(i.Name)
	if err != nil || !ok {
		return i, err
	}
	switch {
	case o.brought(was, i):
		i.Action, i.Reason = transfer.Replace, "handed over, and the source has changed since"
	case i.Source.Size == i.Target.Size && (len(i.Source.MD5) == 0 || len(i.Target.MD5) == 0):
		i.Action, i.Compare, i.Reason = transfer.Adopt, true, "handed over, and compared byte by byte"
	default:
		i.Reason = "handed over, and somebody else wrote what is there"
	}
	return i, nil
}

// brought says whether what is there is what a courier brought of the source as it was: the same bytes; or where no sum tells, of the same size and
// made while the courier worked, and the source has changed since.
func (o *ordered) brought(was listed, i transfer.Item) bool {
	t := i.Target
	if t.Size != was.Size || t.Modified.Before(o.Began) || t.Modified.After(o.Ended) {
		return false
	}
	if len(was.MD5) > 0 && len(t.MD5) > 0 {
		return bytes.Equal(was.MD5, t.MD5)
	}
	return i.Source.Modified.After(o.Listed)
}
