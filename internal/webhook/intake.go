package webhook

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// The bounds of what strangers make the door hold: whoever reaches it may post, and a list of three million zeros takes a
// hundred times its size once it is decoded.
const (
	// maxBody is what the API server itself takes of a request. No pod is as large.
	maxBody = 3 << 20
	// ordinary is the length up to which a review is read at once. Longer ones take their turn.
	ordinary = 64 << 10
	// A review has no more values than this, and a pod no more containers, volumes, variables and mounts in all than that.
	maxValues, maxParts = 120_000, 20_000
	// So many reviews are decoded at a time, and so many long ones are held.
	decodings, longOnes = 8, 2
)

// intake lets reviews in.
type intake struct{ decoding, long chan struct{} }

func newIntake() intake {
	return intake{make(chan struct{}, decodings), make(chan struct{}, longOnes)}
}

// turnedAway is why a body is not answered as a review.
type turnedAway struct {
	status int
	text   string
}

func (t *turnedAway) Error() string { return t.text }

var (
	errTooLarge = &turnedAway{http.StatusRequestEntityTooLarge, "the review is larger than the 3 MiB that the API server takes of a pod"}
	errTooMany  = &turnedAway{http.StatusRequestEntityTooLarge, "the review has more values than any pod"}
	errUnread   = &turnedAway{http.StatusBadRequest, "the review could not be read"}
	errBusy     = &turnedAway{http.StatusServiceUnavailable, "too many long reviews at a time"}
)

// take reads the body of a review and decodes it. The buffer is empty, and the caller's again afterwards.
func (in intake) take(w http.ResponseWriter, r *http.Request, buffer *bytes.Buffer) (*request, error) {
	body := http.MaxBytesReader(w, r.Body, maxBody)
	n, err := buffer.ReadFrom(io.LimitReader(body, ordinary))
	if err == nil && n == ordinary {
		select {
		case in.long <- struct{}{}:
		case <-r.Context().Done():
			return nil, errBusy
		}
		defer func() { <-in.long }()
		_, err = buffer.ReadFrom(body)
	}
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, errTooLarge
		}
		return nil, errUnread
	}
	if bytes.Count(buffer.Bytes(), []byte{','}) > maxValues {
		return nil, errTooMany
	}
	in.decoding <- struct{}{}
	defer func() { <-in.decoding }()
	req, err := readReview(buffer.Bytes())
	if err != nil {
		return nil, &turnedAway{http.StatusBadRequest, err.Error()}
	}
	if req.Object.parts() > maxParts {
		return nil, errTooMany
	}
	return req, nil
}

// parts counts what of a pod is kept while it is looked at.
func (p *pod) parts() int {
	if p == nil {
		return 0
	}
	n := len(p.Spec.Volumes) + len(p.Metadata.Annotations) + len(p.Metadata.Labels)
	for i := range p.Spec.Volumes {
		if v := p.Spec.Volumes[i].Projected; v != nil {
			n += len(v.Sources)
		}
	}
	for _, list := range [][]container{p.Spec.InitContainers, p.Spec.Containers} {
		n += len(list)
		for i := range list {
			n += len(list[i].Env) + len(list[i].VolumeMounts)
		}
	}
	return n
}
