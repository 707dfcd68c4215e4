package gateway

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway/dialect"
)

// callHeader is where an answer names its call, as the records do.
const callHeader = "X-Landbridge-Call-Id"

// fail answers with an error in the caller's dialect. Where a stream has begun it is its last event, which deliver has
// written.
func (c *call) fail(err error) {
	if !c.sent {
		c.sent = true
		refuse(c.w, c.route.dialect, err, c.log.ID)
	}
}

func refuse(w http.ResponseWriter, d dialect.Dialect, err error, callID string) {
	status, body := d.Refusal(err, callID)
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=UTF-8")
	if callID != "" {
		h.Set(callHeader, callID)
	}
	if e, ok := errors.AsType[*bridge.Error](err); ok && e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	}
	if status == http.StatusUnauthorized {
		h.Set("Www-Authenticate", "Bearer")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller may be gone; nobody is left to tell
}
