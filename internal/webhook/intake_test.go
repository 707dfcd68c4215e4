package webhook_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
)

// Whoever reaches the door may post: a small body must not become a large pod. Not parallel: it looks at the heap.
func TestListsOfNothingAreTurnedAway(t *testing.T) {
	door := newDoor(t, nil)
	for _, list := range []string{"containers", "initContainers", "volumes"} {
		for _, value := range []string{"0", "{}"} {
			head := `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"x","kind":{"kind":"Pod"},"operation":"CREATE","object":{"spec":{"` + list + `":[`
			for _, size := range []int{3<<20 - 400, 200_000} {
				body := head + strings.Repeat(value+",", size/(len(value)+1)) + value + "]}}}}"
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				w := door.post(t, []byte(body))
				runtime.ReadMemStats(&after)
				if w.Code < 400 || w.Code >= 500 {
					t.Errorf("%s of %s, %d bytes: %d", list, value, len(body), w.Code)
				}
				if taken := (after.TotalAlloc - before.TotalAlloc) >> 20; taken > 60 {
					t.Errorf("%s of %s, %d bytes: %d MiB were taken", list, value, len(body), taken)
				}
			}
		}
	}
}

// A large pod is one nevertheless.
func TestALargePodIsReviewed(t *testing.T) {
	t.Parallel()
	door := newDoor(t, map[string]string{"landbridge.dev/provider": provider})
	note := strings.Repeat("[1, 2], ", 60_000/4)
	answer := door.review(t, newPod([]byte(`{"metadata":{"annotations":{"note":"`+note+strings.Repeat("x", 1<<20)+`"}},"spec":{"serviceAccountName":"api","containers":[{"name":"app"}]}}`)))
	if !answer.Allowed || answer.Patch == nil {
		t.Errorf("%+v", answer)
	}
}

// Whoever sends a long review slowly keeps other long ones waiting, and nobody else.
func TestSlowLongReviews(t *testing.T) {
	t.Parallel()
	door := newDoor(t, map[string]string{"landbridge.dev/provider": provider})
	entered := make(chan struct{})
	end := make(chan struct{})
	done := make(chan struct{})
	const many = 4
	for range many {
		go func() {
			defer func() { done <- struct{}{} }()
			r := httptest.NewRequest(http.MethodPost, "/mutate", &slow{left: 70 << 10, entered: entered, end: end})
			r.Header.Set("Content-Type", "application/json")
			door.handler.ServeHTTP(httptest.NewRecorder(), r)
		}()
	}
	for range 2 { // two are being read beyond the ordinary, the others wait
		<-entered
	}
	if answer := door.review(t, newPod([]byte(plainPod))); !answer.Allowed {
		t.Errorf("%+v", answer)
	}
	close(end)
	go func() {
		for range many - 2 {
			<-entered
		}
	}()
	for range many {
		<-done
	}
}

// slow gives blanks, and stops once after 64 KiB until it may end.
type slow struct {
	left    int
	given   int
	entered chan<- struct{}
	end     <-chan struct{}
	waited  bool
}

func (s *slow) Read(p []byte) (int, error) {
	if s.given >= 64<<10 && !s.waited {
		s.waited = true
		s.entered <- struct{}{}
		<-s.end
	}
	if s.left == 0 {
		return 0, http.ErrBodyReadAfterClose
	}
	n := min(len(p), s.left, 32<<10)
	for i := range n {
		p[i] = ' '
	}
	s.left, s.given = s.left-n, s.given+n
	return n, nil
}
