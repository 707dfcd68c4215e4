package app

import (
	"slices"
	"strconv"
	"strings"

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
var faultAPIs = [...]string{"sts", "iamcredentials", "iam", "cloudresourcemanager", "vertex", "oauth2", "googlemetadata", "aks", "kube", "entra", "imds", "appservice", "servicefabric", "arc", "arm", "storage"}

// ParseFault reads API=WHAT, where WHAT is an HTTP status, html, hang or no-expiry, and may end in *N for the first N
// calls only: "sts=503*2"; or the code of a failure that a server produces: "LB4036".
func ParseFault(text string) (Fault, error) {
	if strings.HasPrefix(strings.ToUpper(text), "LB") {
		return parseProvocation(strings.ToUpper(text))
	}
	api, what, _ := strings.Cut(text, "=")
	what, times, limited := strings.Cut(what, "*")
	f := Fault{API: api}
	ok := slices.Contains(faultAPIs[:], api)
	switch what {
	case "html":
		f.Fault.HTML = true
	case "hang":
		f.Fault.Hang = true
	case "no-expiry":
		f.Fault.NoExpiry = true
	default:
		status, err := strconv.Atoi(what)
		f.Fault.Status = status
		ok = ok && err == nil && status >= 400 && status <= 599
	}
	if limited {
		n, err := strconv.Atoi(times)
		f.Fault.Times = n
		ok = ok && err == nil && n > 0
	}
	if !ok {
		return Fault{}, &bridge.Error{
			Kind: bridge.Usage, Code: "fault_unknown", Text: "fault " + strconv.Quote(text) + " is not known",
			Hint: "write a code of docs/errors.md, or API=STATUS, API=html, API=hang or API=no-expiry, with *N behind it for N calls; the APIs are " + strings.Join(faultAPIs[:], ", "),
		}
	}
	return f, nil
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
