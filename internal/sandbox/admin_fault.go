package sandbox

import (
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// faultRequest is a world.Fault with durations that people can write.
type faultRequest struct {
	API        string `json:"api"`
	Status     int    `json:"status"`
	HTML       bool   `json:"html"`
	Hang       bool   `json:"hang"`
	NoExpiry   bool   `json:"no_expiry"`
	Reset      bool   `json:"reset"`
	Stall      bool   `json:"stall"`
	Cut        bool   `json:"cut"`
	Late       int    `json:"late"`
	Lost       bool   `json:"lost"`
	Flip       bool   `json:"flip"`
	After      int    `json:"after"`
	Delay      string `json:"delay"`
	RetryAfter string `json:"retry_after"`
	Times      int    `json:"times"`
}

func (a *admin) setFault(r *http.Request) (any, error) {
	req, err := body[faultRequest](r)
	if err != nil {
		return nil, err
	}
	fault := world.Fault{
		Status: req.Status, HTML: req.HTML, Hang: req.Hang, NoExpiry: req.NoExpiry,
		Reset: req.Reset, Stall: req.Stall, Cut: req.Cut, Late: req.Late, Lost: req.Lost, Flip: req.Flip, After: req.After, Times: req.Times,
	}
	for name, d := range map[string]struct {
		text string
		to   *time.Duration
	}{"retry_after": {req.RetryAfter, &fault.RetryAfter}, "delay": {req.Delay, &fault.Delay}} {
		if d.text == "" {
			continue
		}
		if *d.to, err = time.ParseDuration(d.text); err != nil || *d.to < 0 {
			return nil, badAdmin("%s %q is not a duration like 2s", name, d.text)
		}
	}
	switch {
	case req.API == "":
		return nil, badAdmin("api is missing: sts, iamcredentials, vertex, vertex@us-central1, entra, imds, …")
	case req.Status != 0 && (req.Status < 200 || req.Status > 599):
		return nil, badAdmin("status %d is not an HTTP status", req.Status)
	case req.Late != 0 && (req.Late < 400 || req.Late > 599):
		return nil, badAdmin("late %d is not the status of an error", req.Late)
	case req.Times < 0 || req.After < 0:
		return nil, badAdmin("times and after must not be negative")
	}
	a.world.SetFault(req.API, fault)
	return nil, nil
}
