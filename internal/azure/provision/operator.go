package provision

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
)

// OperatorKind names who makes the changes.
type OperatorKind string

// The kinds. Auto is workload identity where its variables are set, then the Azure CLI; it never takes the identity of the
// machine, which is nobody's decision.
const (
	OperatorAuto             OperatorKind = "auto"
	OperatorCLI              OperatorKind = "azure-cli"
	OperatorWorkloadIdentity OperatorKind = "workload-identity"
	OperatorManagedIdentity  OperatorKind = "managed-identity"
	OperatorFile             OperatorKind = "file"
)

// OperatorOptions configure NewOperator.
type OperatorOptions struct {
	Kind OperatorKind // Auto when empty
	File string       // of the kind file
	// TenantID and AuthorityHost are Entra's, for workload identity and the CLI.
	TenantID, AuthorityHost string
	// Endpoint is Resource Manager's address, as Options has it: the tokens are for it.
	Endpoint string
	// Azure is the machine: variables, files, HTTP, and what stands in for the CLI.
	Azure azure.Deps
}

// Operator is the credential of the person or pipeline that makes the changes. It keeps a token until five minutes before
// its end; a file is looked at each time.
type Operator struct {
	source   bridge.Source
	describe string
	clock    bridge.Clock
	keeps    bool

	mu   sync.Mutex
	held bridge.Assertion
}

var _ azcore.TokenCredential = (*Operator)(nil)

// NewOperator finds the credential. It makes no call yet.
func NewOperator(o OperatorOptions) (*Operator, error) {
	base, err := azure.ResourceManagerAddress(o.Endpoint)
	if err != nil {
		return nil, err
	}
	if o.Kind == "" {
		o.Kind = OperatorAuto
	}
	if o.File != "" && o.Kind != OperatorFile {
		return nil, operatorUsage("setting_unused", fmt.Sprintf("setup.azure.operator.file is not used by the kind %s", o.Kind), "remove it, or set the kind to file")
	}
	source, why, err := o.source(azure.ResourceManagerResource(base))
	if err != nil {
		return nil, err
	}
	return &Operator{source: source, describe: source.Describe() + " (" + why + ")", clock: o.Azure.Clock, keeps: o.Kind != OperatorFile}, nil
}

// described is a source that says what it is.
type described interface {
	bridge.Source
	bridge.Describer
}

// source makes the source of the kind, for tokens for the resource, and says why it and no other.
func (o *OperatorOptions) source(resource string) (source described, why string, err error) {
	why = fmt.Sprintf("setup.azure.operator.kind is %s", o.Kind)
	kind := o.Kind
	if kind == OperatorAuto {
		kind, why = OperatorCLI, "AZURE_FEDERATED_TOKEN_FILE is not set"
		if o.Azure.Env != nil && o.Azure.Env("AZURE_FEDERATED_TOKEN_FILE") != "" {
			kind, why = OperatorWorkloadIdentity, "AZURE_FEDERATED_TOKEN_FILE is set"
		}
	}
	switch kind {
	case OperatorCLI:
		source, err = made(azure.NewCLI(o.Azure, azure.Settings{TenantID: o.TenantID, Resource: resource}))
	case OperatorWorkloadIdentity:
		source, err = made(azure.NewWorkloadIdentity(o.Azure, azure.Settings{TenantID: o.TenantID, AuthorityHost: o.AuthorityHost, Resource: resource}))
	case OperatorManagedIdentity:
		choice, refused := azure.DetectManaged(o.Azure, azure.Settings{Resource: resource})
		if refused != nil {
			return nil, "", refused
		}
		source, _ = choice.Source.(described) // every source of the shore is
	case OperatorFile:
		if o.File == "" {
			return nil, "", operatorUsage("setting_missing", "the operator of kind file needs a file",
				"set setup.azure.operator.file to a file that holds what this prints: az account get-access-token --resource "+resource+" --query accessToken -o tsv")
		}
		source, err = made(tokenfile.New(tokenfile.Options{Path: o.File, Clock: o.Azure.Clock}))
	default:
		return nil, "", operatorUsage("operator_unknown", fmt.Sprintf("operator kind %q is not known", o.Kind), "use auto, azure-cli, workload-identity, managed-identity or file")
	}
	return source, why, err
}

// made takes what a constructor returns, without a nil pointer in the interface.
func made[S described](source S, err error) (described, error) {
	if err != nil {
		return nil, err
	}
	return source, nil
}

func operatorUsage(code, text, hint string) error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopHome, Code: code, Text: text, Hint: hint}
}

// Describe says in one line who the operator is taken from, and why.
func (o *Operator) Describe() string { return o.describe }

// GetToken implements azcore.TokenCredential. The token is for Resource Manager, whatever is asked for: nothing else asks.
func (o *Operator) GetToken(ctx context.Context, ask policy.TokenRequestOptions) (azcore.AccessToken, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.clock()
	if !o.keeps || ask.Claims != "" || o.held.Expiry.Sub(now) < bridge.MinLife {
		held, err := o.source.Assertion(ctx, bridge.AssertionRequest{Fresh: ask.Claims != ""})
		if err != nil {
			return azcore.AccessToken{}, notSignedIn(err)
		}
		o.held = held
	}
	out := azcore.AccessToken{Token: o.held.Token.Reveal(), ExpiresOn: o.held.Expiry}
	if o.held.Expiry.IsZero() {
		out.ExpiresOn = now.Add(time.Hour)
	}
	if !o.keeps {
		out.RefreshOn = now // the SDK asks again, every half minute at most
	}
	return out, nil
}

// notSignedIn keeps a source's refusal, and says where the operator is chosen.
func notSignedIn(err error) error {
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Hint != "" {
		return err
	}
	out := *e
	out.Hint = "setup.azure.operator says who makes the changes"
	return &out
}
