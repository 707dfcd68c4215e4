// Package azure is the Azure shore: it proves who a workload is on Azure, and turns a Google identity into Azure tokens.
//
// Settings and the platform's endpoints enter; assertions, leases and refusals in one form leave. It must never keep or
// accept a client secret, never send an assertion to a host that is not Entra's, never repeat a far side's body, query
// or header in an error, and never retry: the broker does, on the verdict given here.
//
// The managed-identity endpoints are spoken to directly and not through azidentity, which keeps a process-wide token
// cache that cannot be asked for a fresh token, brings its own retries, and reports a refusal with the whole answer in
// it. azidentity does run the Azure CLI, which it does well.
package azure

import (
	"io/fs"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// Entra accepts and issues tokens for this resource without an app registration. Tokens that were asked for under the
// first name carry the second, the same in every tenant, as their audience.
const (
	TokenExchangeResource = "api://AzureADTokenExchange"
	TokenExchangeAudience = "fb60f99c-7a34-4190-8149-302f77469936"
)

// Deps is what the sources need of the world. HTTP, Clock and Env are required.
type Deps struct {
	HTTP  *wire.Client
	Clock bridge.Clock
	Env   bridge.Env
	// Stat and ReadFile look at the machine for marks of where we run; os.Stat and os.ReadFile when nil.
	Stat     func(path string) (fs.FileInfo, error)
	ReadFile func(path string) ([]byte, error)
	// ArcTokens is the directory of Arc's challenge files; the agent's own when empty.
	ArcTokens string
	// CLI replaces the Azure CLI as the credential of kind azure-cli.
	CLI azcore.TokenCredential
}

func (d Deps) whole() (Deps, error) {
	if d.HTTP == nil || d.Clock == nil || d.Env == nil {
		return d, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopHome, Code: "incomplete", Text: "an azure source needs an HTTP client, a clock and an environment"}
	}
	if d.Stat == nil {
		d.Stat = os.Stat
	}
	if d.ReadFile == nil {
		d.ReadFile = os.ReadFile
	}
	return d, nil
}

func (d Deps) exists(path string) bool {
	_, err := d.Stat(path)
	return err == nil
}

func usage(code, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopHome, Code: code, Text: text, Hint: hint}
}
