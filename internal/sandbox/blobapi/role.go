package blobapi

import "strings"

// What Blob Storage asks for. Those below containers/blobs are actions on data, which Owner and Reader do not have.
const (
	services   = "Microsoft.Storage/storageAccounts/blobServices"
	containers = services + "/containers"

	readService     = services + "/read"
	readContainer   = containers + "/read"
	writeContainer  = containers + "/write"
	deleteContainer = containers + "/delete"
	readBlob        = containers + "/blobs/read"
	writeBlob       = containers + "/blobs/write"
	addBlob         = containers + "/blobs/add/action" // or write
	deleteBlob      = containers + "/blobs/delete"
	deleteVersion   = containers + "/blobs/deleteBlobVersion/action"
	readTags        = containers + "/blobs/tags/read"
	writeTags       = containers + "/blobs/tags/write"
)

// may says whether a role of the caller on the scope, or above it, has the action.
func (o operation) may(c *call) bool {
	action := o.action
	if action == deleteBlob && c.query.Has("versionid") {
		action = deleteVersion
	}
	if action == addBlob && !c.creates() {
		action = writeBlob
	}
	return c.allowed(action, c.Target) || action == addBlob && c.allowed(writeBlob, c.Target)
}

func (c *call) allowed(action string, t Target) bool {
	if strings.HasPrefix(action, containers+"/blobs/") {
		return c.store.world.AllowedData(c.who.ObjectID, action, t.scope())
	}
	return c.store.world.Allowed(c.who.ObjectID, action, t.scope())
}

// creates says that no blob of the name is there yet, or that what is asked adds to one.
func (c *call) creates() bool {
	if c.query.Get("comp") == "appendblock" {
		return true
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, _ := c.blob()
	return b == nil || b.base == nil
}
