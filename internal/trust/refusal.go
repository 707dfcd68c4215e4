package trust

import (
	"fmt"
	"strconv"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Refusal is a no, in the words of the cloud that says it, and then in plain ones.
type Refusal struct {
	// Code is the OAuth error: "invalid_grant", "invalid_target", "invalid_request", "unauthorized_client" ...
	Code string `json:"code"`
	// Description is the cloud's error_description. Entra puts a trace id, a correlation id and a time behind it.
	Description string `json:"description"`
	// Verbatim says that this wording has been seen from the cloud for this cause. Otherwise the code is the cloud's and
	// the wording ours.
	Verbatim bool `json:"verbatim"`
	// Codes are Entra's error_codes; none from Google.
	Codes []int `json:"error_codes,omitempty"`
	// Status is the HTTP status of the answer.
	Status int `json:"status"`
	// Reason is ours: what was expected, what came.
	Reason string `json:"reason"`
	// Fix is a command to paste, or the value to set.
	Fix string `json:"fix,omitempty"`
	// Row is the number in the catalogue of failures; 0 when it has none.
	Row int `json:"row,omitempty"`
	// Stale says that a fresh assertion may be accepted.
	Stale bool `json:"stale,omitempty"`
}

// Error is the far side's own text.
func (r *Refusal) Error() string { return r.Code + ": " + r.Description }

// Err makes the error that crosses rooms: the cloud's words as text, our fix as hint.
func (r *Refusal) Err(hop bridge.Hop) *bridge.Error {
	hint := r.Reason
	if r.Fix != "" {
		hint += "; try: " + r.Fix
	}
	code := r.Code
	if len(r.Codes) > 0 {
		code = "AADSTS" + strconv.Itoa(r.Codes[0])
	}
	return &bridge.Error{Kind: bridge.Denied, Hop: hop, Code: code, Text: r.Description, Hint: hint, Stale: r.Stale, Status: r.Status}
}

// google makes a refusal of Google's STS in words that have been seen.
func google(row int, code, description string) *Refusal {
	return &Refusal{Code: code, Description: description, Verbatim: true, Status: 400, Row: row}
}

// worded marks a refusal whose cause is Google's and whose wording is not known.
func (r *Refusal) worded() *Refusal {
	r.Verbatim = false
	return r
}

func (r *Refusal) because(reason, fix string) *Refusal {
	r.Reason, r.Fix = reason, fix
	return r
}

// The texts of Google's STS, as observed; the numbers are the rows of the catalogue.

func wrongAudience(got []string) *Refusal {
	return google(36, "invalid_grant", fmt.Sprintf("The audience in ID Token %s does not match the expected audience.", javaList(got)))
}

func wrongIssuer(got, want string) *Refusal {
	return google(37, "invalid_grant", fmt.Sprintf("The issuer in ID Token %s does not match the expected one in config: %s", got, want))
}

func noIssuer(want string) *Refusal {
	return google(38, "invalid_grant", fmt.Sprintf("The issuer in ID Token null does not match the expected one in config: %s", want))
}

func staleToken(issuedAt time.Time) *Refusal {
	at := "null"
	if !issuedAt.IsZero() {
		at = strconv.FormatInt(issuedAt.Unix(), 10)
	}
	r := google(39, "invalid_grant", fmt.Sprintf("ID Token issued at %s is stale to sign-in.", at))
	r.Stale = true
	return r
}

func noKey() *Refusal {
	return google(40, "invalid_grant", "Error connecting to the given credential's issuer.")
}

func badSignature() *Refusal {
	return google(41, "invalid_grant", "Unable to verify the ID Token signature.")
}

func noTarget() *Refusal {
	return google(42, "invalid_target", `The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.`)
}

func audienceForm() *Refusal {
	return google(43, "invalid_request", `Invalid value for "audience". This value should be the full resource name of the Identity Provider. See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.`)
}

func noScope() *Refusal { return google(44, "invalid_request", "Scope(s) must be provided.") }

func subjectTooLong() *Refusal {
	return google(45, "invalid_request", "The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes.")
}

func conditionFalse() *Refusal {
	return google(46, "unauthorized_client", "The given credential is rejected by the attribute condition.")
}

func noSubject() *Refusal {
	return google(47, "unauthorized_client", "Could not obtain a value for google.subject from the given credential.")
}

// javaList prints a list as Google's error does: [a, b]; [] stands for an absent claim.
func javaList(list []string) string {
	out := "["
	for i, s := range list {
		if i > 0 {
			out += ", "
		}
		out += s
	}
	return out + "]"
}
