package google

import (
	"encoding/json"
	"errors"

	"github.com/landbridge/landbridge/internal/bridge"
)

// ExecutableSuccess answers an SDK that runs a credential helper. This is the one encoder that reveals an assertion: it
// is what the SDK asked for. Print it alone: SDKs read stderr as part of it.
func ExecutableSuccess(a bridge.Assertion) ([]byte, error) {
	kind := a.Type
	if kind == "" {
		kind = bridge.JWT
	}
	if a.Token.Empty() || kind != bridge.JWT && kind != bridge.IDToken {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "assertion_unusable", Text: "the assertion is not one that the executable contract can carry"}
	}
	out := struct {
		Version    int              `json:"version"`
		Success    bool             `json:"success"`
		TokenType  bridge.TokenType `json:"token_type"`
		IDToken    string           `json:"id_token"`
		Expiration int64            `json:"expiration_time,omitempty"`
	}{Version: 1, Success: true, TokenType: kind, IDToken: a.Token.Reveal()}
	if !a.Expiry.IsZero() {
		out.Expiration = a.Expiry.Unix()
	}
	return json.Marshal(out)
}

// ExecutableFailure tells the SDK why there is none. The helper must still exit 0: another exit code loses the message.
func ExecutableFailure(err error) []byte {
	out := struct {
		Version int    `json:"version"`
		Success bool   `json:"success"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}{Version: 1, Code: "fault", Message: "landbridge failed"}
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		out.Message = e.Text
		if e.Code != "" {
			out.Code = e.Code
		}
		if hint := bridge.HintOf(err); hint != "" {
			out.Message += " (" + hint + ")"
		}
	}
	data, _ := json.Marshal(out) // two texts and two numbers always encode
	return data
}
