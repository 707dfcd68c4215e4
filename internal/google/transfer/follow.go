package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"google.golang.org/api/storagetransfer/v1"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

// State is how a transfer stands.
type State string

// The states.
const (
	Queued    State = "queued"
	Running   State = "running"
	Paused    State = "paused"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Ended says whether it stays so.
func (s State) Ended() bool { return s == Done || s == Failed || s == Cancelled }

// Count is of objects and their bytes.
type Count struct {
	Objects int64 `json:"objects"`
	Bytes   int64 `json:"bytes"`
}

// Progress is how far a transfer is, in the service's own counts.
type Progress struct {
	State    State     `json:"state"`
	Began    time.Time `json:"began,omitzero"`
	Ended    time.Time `json:"ended,omitzero"` // by Google's clock
	Found    Count     `json:"found"`          // at the source
	Copied   Count     `json:"copied"`         // to the target
	Skipped  Count     `json:"skipped"`        // there already
	Failed   Count     `json:"failed"`
	Problems []Problem `json:"problems,omitempty"`
}

// Problem is one kind of failure, with some of the objects that met it.
type Problem struct {
	Code    string   `json:"code"` // of google.rpc.Code: PERMISSION_DENIED
	Count   int64    `json:"count"`
	Samples []Sample `json:"samples,omitempty"` // at most 5
}

// Sample is one object that was not copied.
type Sample struct {
	URL    string `json:"url"` // without a query
	Detail string `json:"detail"`
}

// Follow asks how far a transfer is.
func (c *Client) Follow(ctx context.Context, h Handover) (Progress, error) {
	operation, err := c.service.TransferOperations.Get(h.Operation).Context(ctx).Do()
	if err != nil {
		return Progress{}, refusal(ctx, "follow the transfer "+h.Job, err)
	}
	var about storagetransfer.TransferOperation
	if json.Unmarshal(operation.Metadata, &about) != nil {
		return Progress{}, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopTransfer, Code: "bad_answer", Text: "the transfer " + h.Job + " has no metadata that can be read", Retry: true}
	}
	p := Progress{State: stateOf(about.Status), Began: moment(about.StartTime), Ended: moment(about.EndTime)}
	if n := about.Counters; n != nil {
		p.Found = Count{n.ObjectsFoundFromSource, n.BytesFoundFromSource}
		p.Copied = Count{n.ObjectsCopiedToSink, n.BytesCopiedToSink}
		p.Skipped = Count{n.ObjectsFromSourceSkippedBySync, n.BytesFromSourceSkippedBySync}
		p.Failed = Count{n.ObjectsFromSourceFailed, n.BytesFromSourceFailed}
	}
	for _, e := range about.ErrorBreakdowns {
		p.Problems = append(p.Problems, problemOf(e))
	}
	if operation.Error != nil && len(p.Problems) == 0 {
		p.Problems = []Problem{{Code: fmt.Sprintf("code %d", operation.Error.Code), Count: 1, Samples: []Sample{{Detail: google.Presentable(operation.Error.Message)}}}}
	}
	return p, nil
}

// moment is a time as Google writes it; zero when it did not.
func moment(text string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, text)
	return t
}

func stateOf(status string) State {
	switch status {
	case "IN_PROGRESS", "SUSPENDING":
		return Running
	case "PAUSED":
		return Paused
	case "SUCCESS":
		return Done
	case "FAILED":
		return Failed
	case "ABORTED":
		return Cancelled
	}
	return Queued
}

func problemOf(e *storagetransfer.ErrorSummary) Problem {
	out := Problem{Code: google.Presentable(e.ErrorCode), Count: e.ErrorCount}
	for _, entry := range e.ErrorLogEntries {
		s := Sample{URL: bare(entry.Url)}
		if len(entry.ErrorDetails) > 0 {
			s.Detail = google.Presentable(entry.ErrorDetails[0])
		}
		out.Samples = append(out.Samples, s)
	}
	return out
}

// bare is an address without what could be a credential.
func bare(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
