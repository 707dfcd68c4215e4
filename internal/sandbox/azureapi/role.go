package azureapi

import "github.com/landbridge/landbridge/internal/sandbox/world"

// What Blob Storage asks for. The second is an action on data: Owner and Reader do not have it.
const (
	readContainer = "Microsoft.Storage/storageAccounts/blobServices/containers/read"
	readBlob      = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
)

// allowed says whether a role of the caller on the scope, or above it, has the action.
func (a *API) allowed(who world.Identity, action, scope string) bool {
	if action == readBlob {
		return a.world.AllowedData(who.ObjectID, action, scope)
	}
	return a.world.Allowed(who.ObjectID, action, scope)
}
