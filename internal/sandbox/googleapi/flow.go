package googleapi

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// flow is a streamed answer on its way: events leave whole and at once, or as the world's pace says, cut at any byte and
// with time between the pieces.
type flow struct {
	rw    http.ResponseWriter
	r     *http.Request
	pace  world.Pace
	begun bool
}

func (a *API) flow(rw http.ResponseWriter, r *http.Request, contentType string) *flow {
	rw.Header().Set("Content-Type", contentType)
	return &flow{rw: rw, r: r, pace: a.world.Pace()}
}

// send writes one event. It is false when the caller has left.
func (f *flow) send(event string) bool {
	for event != "" {
		n := len(event)
		if f.pace.Cut > 0 {
			n = min(n, f.pace.Cut)
		}
		if f.begun && bridge.Wait(f.r.Context(), f.pace.Event) != nil {
			return false
		}
		f.begun = true
		if _, err := f.rw.Write([]byte(event[:n])); err != nil {
			return false
		}
		_ = http.NewResponseController(f.rw).Flush()
		event = event[n:]
	}
	return f.r.Context().Err() == nil
}
