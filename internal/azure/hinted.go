package azure

import (
	"errors"

	"github.com/landbridge/landbridge/internal/bridge"
)

// hinted puts a better hint on a call that got no answer: the wire knows only of proxies and firewalls.
func hinted(err error, hint string) error {
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Kind != bridge.Unreachable || e.Code == "canceled" || e.Code == "response_too_large" {
		return err
	}
	out := *e
	out.Hint = hint
	return &out
}
