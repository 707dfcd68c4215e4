package filesapi

import (
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// What Azure Files asks for. Shares are managed, which Reader and Contributor may; files are data, which they may not.
const (
	services = "Microsoft.Storage/storageAccounts/fileServices"
	shares   = services + "/shares"
	files    = services + "/fileshares/files"

	readShare  = shares + "/read"
	writeShare = shares + "/write"
	readFile   = files + "/read"
	writeFile  = files + "/write"
	deleteFile = files + "/delete"

	// The intent of a backup passes over the files' own permissions, and is a right of its own.
	readAll  = services + "/readFileBackupSemantics/action"
	writeAll = services + "/writeFileBackupSemantics/action"
)

// may says whether roles on the scope, or above it, have the action.
func (s *Store) may(who world.Identity, action string, t Target) bool {
	if strings.HasPrefix(action, shares) {
		return s.world.Allowed(who.ObjectID, action, t.scope())
	}
	intent := writeAll
	if action == readFile {
		intent = readAll
	}
	return s.world.AllowedData(who.ObjectID, action, t.scope()) && s.world.AllowedData(who.ObjectID, intent, t.scope())
}
