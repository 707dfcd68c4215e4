package provision

import (
	"context"
	"net/http"
	"time"

	"google.golang.org/api/iam/v1"
	"google.golang.org/api/serviceusage/v1"

	"github.com/landbridge/landbridge/internal/bridge"
)

// An operation is asked about after firstLook, then half as long again each time up to longLook.
const (
	firstLook = 100 * time.Millisecond
	longLook  = 5 * time.Second
	patience  = 5 * time.Minute
)

// done is what a look at an operation shows.
type done struct {
	over bool
	code int64 // google.rpc.Code of its error; 0 is none
	text string
}

// await waits until an operation is over. The error is its failure, that of a look, or that it took too long; then the
// operation goes on, and the next run finds what it made.
func (k *Keeper) await(ctx context.Context, t task, now done, look func(context.Context) (done, error)) error {
	start, wait := k.clock(), firstLook
	for !now.over {
		if k.clock().Sub(start) > patience {
			return &bridge.Error{
				Kind: bridge.Unreachable, Hop: t.hop, Code: "operation_unfinished", Text: "google still works on it: " + t.what,
				Hint: "run landbridge setup apply again in a few minutes", Retry: true,
			}
		}
		if err := bridge.Wait(ctx, wait); err != nil {
			return unreachable(t, err)
		}
		wait = min(wait*3/2, longLook)
		next, err := look(ctx)
		if err != nil {
			return k.refused(t, err)
		}
		now = next
	}
	if now.code != 0 {
		status, name := rpcStatus(now.code)
		return k.judge(t, status, said{Message: now.text, Status: name})
	}
	return nil
}

// awaitIAM waits for an operation on a pool or a provider.
func (k *Keeper) awaitIAM(ctx context.Context, t task, op *iam.Operation, get func(context.Context, string) (*iam.Operation, error)) error {
	return k.await(ctx, t, iamDone(op), func(ctx context.Context) (done, error) {
		next, err := get(ctx, op.Name)
		return iamDone(next), err
	})
}

func iamDone(op *iam.Operation) done {
	switch {
	case op == nil:
		return done{}
	case op.Error != nil:
		return done{over: op.Done, code: op.Error.Code, text: op.Error.Message}
	}
	return done{over: op.Done}
}

func serviceDone(op *serviceusage.Operation) done {
	switch {
	case op == nil:
		return done{}
	case op.Error != nil:
		return done{over: op.Done, code: op.Error.Code, text: op.Error.Message}
	}
	return done{over: op.Done}
}

// rpcStatus writes google.rpc.Code as the HTTP status and the name that a direct refusal would have had.
func rpcStatus(code int64) (int, string) {
	switch code {
	case 3:
		return http.StatusBadRequest, "INVALID_ARGUMENT"
	case 5:
		return http.StatusNotFound, "NOT_FOUND"
	case 6:
		return http.StatusConflict, "ALREADY_EXISTS"
	case 7:
		return http.StatusForbidden, "PERMISSION_DENIED"
	case 8:
		return http.StatusTooManyRequests, "RESOURCE_EXHAUSTED"
	case 9:
		return http.StatusBadRequest, "FAILED_PRECONDITION"
	case 10:
		return http.StatusConflict, "ABORTED"
	case 14:
		return http.StatusServiceUnavailable, "UNAVAILABLE"
	}
	return http.StatusInternalServerError, "INTERNAL"
}
