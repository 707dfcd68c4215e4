package gateway_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
)

// watching keeps what the observer is told.
type watching struct {
	mu    sync.Mutex
	ended []gateway.Ended
}

func (w *watching) Start(ctx context.Context, _ http.Header) (context.Context, gateway.Watch) {
	return ctx, w
}
func (*watching) First() {}
func (w *watching) End(_ context.Context, e gateway.Ended) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = append(w.ended, e)
}

// A name that a caller makes up is no name of a metric: each would take memory for good.
func TestMadeUpNamesAreNoLabels(t *testing.T) {
	t.Parallel()
	far := farSide(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "made-up") {
			status(404, `{}`)(w, r)
			return
		}
		says("application/json", answer)(w, r)
	})
	madeUp := strings.Replace(native, "gemini-2.5-flash", "made-up-4711", 1)
	for _, one := range []struct{ name, path, token, method, model string }{
		{"known", native + "generateContent", secret, "generateContent", "google/gemini-2.5-flash"},
		{"nobody", madeUp + "generateContent", "eyJ.x.y", "", ""},
		{"a model", madeUp + "generateContent", secret, "generateContent", ""},
		{"a method", native + "madeUp4711", secret, "", ""},
		{"a body's", openapi, secret, "chat/completions", "google/gemini-2.5-flash"},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			w := &watching{}
			d := open(t, far, func(o *gateway.Options) { o.Observer = w })
			body := hello
			if one.path == openapi {
				body = `{"model":"google/gemini-2.5-flash","messages":[]}`
			}
			d.do(t, http.MethodPost, one.path, body, "Authorization", "Bearer "+one.token)
			w.mu.Lock()
			defer w.mu.Unlock()
			if c := w.ended[0].Call; c.Method != one.method || c.Model != one.model {
				t.Errorf("%+v", c)
			}
		})
	}
}

// The record has the status that the caller saw, where the far side's was another.
func TestRecordHasTheStatusThatWasSeen(t *testing.T) {
	t.Parallel()
	d := open(t, farSide(t, says("application/json", "<html>")))
	seen, _, _ := d.post(t, native+"generateContent", hello)
	if last := d.book.last(t); seen != 502 || last.Call.Status != 502 || last.Event != bridge.EventAnswered {
		t.Errorf("%d, %+v", seen, last.Call)
	}
}
