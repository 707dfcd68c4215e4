package azureapi

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/filesapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// ownsFiles knows path-style requests: /files/ACCOUNT of an account of the world.
func (a *API) ownsFiles(r *http.Request) bool {
	_, ok := a.shares.Target(r)
	return ok
}

// filesCaller verifies the token for an account, as Blob Storage does.
func (a *API) filesCaller(rw http.ResponseWriter, r *http.Request, t filesapi.Target) (world.Identity, *filesapi.Problem) {
	who, p := a.storageCaller(rw, r, blobapi.Target{Account: t.Account, Host: t.Host})
	if p != nil {
		return world.Identity{}, &filesapi.Problem{Status: p.Status, Code: p.Code, Message: p.Message, Detail: p.Detail}
	}
	return who, nil
}
