package gateway

import (
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// credentialHeaders may each hold the caller's token: Google's and OpenAI's clients send Authorization, Google's API-key
// mode x-goog-api-key, Anthropic's clients x-api-key, Azure's api-key.
var credentialHeaders = [...]string{"Authorization", "X-Goog-Api-Key", "X-Api-Key", "Api-Key"}

// maxToken is the longest credential that is looked at, in bytes.
const maxToken = 64 << 10

// credential finds the caller's token in a request; empty when there is none. Two that differ are refused, since nobody
// can know who is meant.
func credential(h http.Header) (string, error) {
	token := ""
	for _, key := range credentialHeaders {
		values := h[key]
		if len(values) == 0 || values[0] == "" {
			continue
		}
		value := values[0]
		if key == "Authorization" {
			scheme, rest, _ := strings.Cut(value, " ")
			if !strings.EqualFold(scheme, "Bearer") {
				return "", unauthenticated("scheme_refused", "the Authorization header is not of the scheme Bearer", "send Authorization: Bearer TOKEN", nil)
			}
			value = strings.TrimLeft(rest, " ")
		}
		if len(values) > 1 || token != "" && token != value {
			return "", &bridge.Error{
				Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "credentials_conflict", Text: "the request has more than one credential, and they differ",
				Hint: "send the token in one header",
			}
		}
		token = value
	}
	if len(token) > maxToken {
		return "", unauthenticated("token_malformed", "the credential is longer than 64 KiB", "", nil)
	}
	return token, nil
}

// isToken says whether a credential has the form of a JWT or of one of our own tokens. SDKs that insist on a key send
// anything else where none is needed.
func isToken(credential string) bool {
	return strings.HasPrefix(credential, ticketPrefix) || strings.HasPrefix(credential, "eyJ") && strings.Count(credential, ".") == 2
}
