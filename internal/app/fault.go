package app

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/doctor"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Fault makes one API of the sandbox misbehave, or brings about a failure of the catalogue.
type Fault struct {
	API   string
	Fault world.Fault
	// Code of the catalogue, such as LB4036; empty for a fault of an API.
	Code string
}

// faultAPIs are the APIs that can misbehave.
var faultAPIs = [...]string{"sts", "iamcredentials", "iam", "cloudresourcemanager", "vertex", "oauth2", "googlemetadata", "aks", "kube", "entra", "imds", "appservice", "servicefabric", "arc", "arm", "storage", "modelarmor", "dlp"}

// ParseFault reads API=WHAT or API@LOCATION=WHAT, which may end in *N for the first N calls only: "sts=503*2"; or the code
// of a failure that a server produces: "LB4046". WHAT is html, hang, no-expiry, reset, stall, cut, an HTTP status, a time to wait before an
// answer, or late and the status of an error that ends a stream.
func ParseFault(text string) (Fault, error) {
	if strings.HasPrefix(strings.ToUpper(text), "LB") {
		return parseProvocation(strings.ToUpper(text))
	}
	api, what, _ := strings.Cut(text, "=")
	what, times, limited := strings.Cut(what, "*")
	name, location, located := strings.Cut(api, "@")
	kind, ok := faultKind(what)
	f := Fault{API: api, Fault: kind}
	ok = ok && slices.Contains(faultAPIs[:], name) && located == (location != "")
	if limited {
		n, err := strconv.Atoi(times)
		f.Fault.Times = n
		ok = ok && err == nil && n > 0
	}
	if !ok {
		return Fault{}, &bridge.Error{
			Kind: bridge.Usage, Code: "fault_unknown", Text: "fault " + strconv.Quote(text) + " is not known",
			Hint: "write a code of docs/errors.md, or API=STATUS, API=2s, API=late503, API=html, hang, no-expiry, reset, stall or cut, with @LOCATION behind the API and *N at the end for N calls; the APIs are " + strings.Join(faultAPIs[:], ", "),
		}
	}
	return f, nil
}

// faultKind reads what is to happen.
func faultKind(what string) (world.Fault, bool) {
	switch what {
	case "html":
		return world.Fault{HTML: true}, true
	case "hang":
		return world.Fault{Hang: true}, true
	case "no-expiry":
		return world.Fault{NoExpiry: true}, true
	case "reset":
		return world.Fault{Reset: true}, true
	case "stall":
		return world.Fault{Stall: true}, true
	case "cut":
		return world.Fault{Cut: true}, true
	}
	if d, err := time.ParseDuration(what); err == nil {
		return world.Fault{Delay: d}, d > 0
	}
	digits, late := strings.CutPrefix(what, "late")
	status, err := strconv.Atoi(digits)
	f := world.Fault{Status: status}
	if late {
		f = world.Fault{Late: status}
	}
	return f, err == nil && status >= 400 && status <= 599
}

func parseProvocation(code string) (Fault, error) {
	for _, p := range sandbox.Provocations() {
		if p.Code == code {
			return Fault{Code: code}, nil
		}
	}
	e := &bridge.Error{Kind: bridge.Usage, Code: "fault_unknown", Text: "there is no failure " + code, Hint: "docs/errors.md lists the codes; landbridge sandbox --faults lists those that can be provoked"}
	if _, known := doctor.Find(code); known {
		e.Text = code + " is no answer of a server: the sandbox cannot bring it about"
	}
	return Fault{}, e
}

// Provocation is a failure that the sandbox can bring about, and the route on which it is met.
type Provocation = sandbox.Provocation

// Provocations are all of them, in the order of their codes.
func (a *App) Provocations() []Provocation { return sandbox.Provocations() }
