package azure

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// fingerprint is how App Service and Service Fabric want to be told which token must not be given again. IMDS and Arc
// know no such parameter.
func fingerprint(token bridge.Secret) *string {
	sum := sha256.Sum256([]byte(token.Reveal()))
	text := hex.EncodeToString(sum[:])
	return &text
}

// isUnsupportedVersion says whether an endpoint refused because it is older than the protocol it was spoken to in.
func isUnsupportedVersion(err error) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	return ok && e.Kind == bridge.Denied && (strings.EqualFold(e.Code, "UnsupportedApiVersion") || strings.Contains(e.Text, "does not support the API version"))
}
