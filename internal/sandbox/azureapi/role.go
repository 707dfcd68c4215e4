package azureapi

import (
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// The actions that the pretended APIs ask for. The last one is a data action: Owner and Reader do not have it.
const (
	readSubscription = "Microsoft.Resources/subscriptions/read"
	readGroup        = "Microsoft.Resources/subscriptions/resourceGroups/read"
	readContainer    = "Microsoft.Storage/storageAccounts/blobServices/containers/read"
	readBlob         = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
)

// roleActions are the built-in roles, as far as those actions go.
var roleActions = map[string][]string{
	"Owner":                         {readSubscription, readGroup, readContainer},
	"Contributor":                   {readSubscription, readGroup, readContainer},
	"Reader":                        {readSubscription, readGroup, readContainer},
	"Storage Blob Data Owner":       {readContainer, readBlob},
	"Storage Blob Data Contributor": {readContainer, readBlob},
	"Storage Blob Data Reader":      {readContainer, readBlob},
}

// allowed says whether a role assignment on the scope, or above it, has the action.
func allowed(who world.Identity, action, scope string) bool {
	for role, at := range assignments(who) {
		if grants(role, action) && under(scope, at) {
			return true
		}
	}
	return false
}

// allowedBelow says whether a role assignment anywhere in the scope has the action: lists show what the caller may see.
func allowedBelow(who world.Identity, action, scope string) bool {
	for role, at := range assignments(who) {
		if grants(role, action) && (under(scope, at) || under(at, scope)) {
			return true
		}
	}
	return false
}

// assignments goes over an identity's "ROLE on SCOPE".
func assignments(who world.Identity) func(yield func(role, scope string) bool) {
	return func(yield func(string, string) bool) {
		for _, text := range who.Roles {
			role, scope, ok := strings.Cut(text, " on ")
			if ok && !yield(role, scope) {
				return
			}
		}
	}
}

func grants(role, action string) bool {
	for _, a := range roleActions[role] {
		if a == action {
			return true
		}
	}
	return false
}

// under says whether a scope is the other one or lies inside it. Resource ids do not mind upper and lower case.
func under(scope, at string) bool {
	scope, at = strings.ToLower(strings.TrimSuffix(scope, "/")), strings.ToLower(strings.TrimSuffix(at, "/"))
	return scope == at || strings.HasPrefix(scope, at+"/")
}
