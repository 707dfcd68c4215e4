package app

import (
	"slices"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Fault makes one API of the sandbox misbehave.
type Fault struct {
	API   string
	Fault world.Fault
}

// faultAPIs are the APIs that can misbehave.
var faultAPIs = [...]string{"sts", "iamcredentials", "iam", "cloudresourcemanager", "vertex", "oauth2", "googlemetadata", "aks", "kube", "entra", "imds", "appservice", "servicefabric", "arc", "arm", "storage"}

// ParseFault reads API=WHAT, where WHAT is an HTTP status, html, hang or no-expiry, and may end in *N for the first N
// calls only: "sts=503*2".
func ParseFault(text string) (Fault, error) {
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
			Hint: "write API=STATUS, API=html, API=hang or API=no-expiry, with *N behind it for N calls; the APIs are " + strings.Join(faultAPIs[:], ", "),
		}
	}
	return f, nil
}
