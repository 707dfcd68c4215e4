package estate

import "strings"

// MarkKey is the Kubernetes label whose value is the name of the set-up that made a thing.
const MarkKey = "landbridge.dev/setup"

// AzureMarkKey is the same as an Azure tag, whose names cannot have a slash.
const AzureMarkKey = "landbridge-setup"

// JoinKey is the label, with the name of the set-up, on what was there before and carries our fields: an account, a
// namespace. MarkKey is on what set-up created. Only the latter is deleted.
const JoinKey = "landbridge.dev/joined"

const markStart = "made by landbridge setup "

// Mark is the description of a thing that set-up made. It fits into every description's limit (256 characters).
func Mark(setup string) string { return markStart + setup }

// MarkedBy returns the name of the set-up in a description, "" when there is none. Somebody may have written more before or
// after the mark, on lines of their own.
func MarkedBy(description string) string {
	for line := range strings.Lines(description) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), markStart); ok {
			return name
		}
	}
	return ""
}

const credentialMark = "landbridge_"

// CredentialName is the name of a federated credential that bears the mark of a set-up: landbridge_SETUP_KEY. The key
// consists of letters, digits and "-".
func CredentialName(setup, key string) string { return credentialMark + setup + "_" + key }

// CredentialMarkedBy returns the name of the set-up in a federated credential's name, "" when there is none.
func CredentialMarkedBy(name string) string {
	rest, ok := strings.CutPrefix(name, credentialMark)
	if !ok {
		return ""
	}
	setup, _, ok := strings.Cut(rest, "_")
	if !ok {
		return ""
	}
	return setup
}
