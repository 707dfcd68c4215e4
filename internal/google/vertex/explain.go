package vertex

import (
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/wire"
)

// Explain reads an answer that is not a success: whose words it is in, whether the same call may succeed later, and the
// next step, with the call's own project, location and principal filled in. body is the answer's, or its beginning.
func (u *Upstream) Explain(c prompt.Call, a *prompt.Answer, body []byte) *bridge.Error {
	asked := google.Asked{
		Host: u.host(a.Location), Project: c.Target.Project, Location: a.Location,
		QuotaProject: c.Header.Get("X-Goog-User-Project"), Principal: c.Lease.Principal,
	}
	return asked.Refusal(&wire.Response{Status: a.Status, Header: a.Header, Body: body})
}
