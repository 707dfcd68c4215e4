// Package manifest is the list of what a dataset's copy holds: written once by each run, hashed, signed, and read again by verify,
// repair and the next run.
//
// Entries enter in the order of their names; bytes leave, and the other way. It must never give out an entry as good before the
// digest and the signature of the whole are checked, and it never weighs what an entry says.
//
// # Format, version 1
//
// JSON Lines in UTF-8: every line is one JSON object and ends in "\n"; fields stand in the order given here, without spaces; absent
// optional fields are left out. Times are RFC 3339 in UTC, sums of CRC32C are base64 of four bytes (as on Cloud Storage), MD5 is base64.
//
// The first line is the header:
//
//	{"manifest":1,"dataset":"train","run":"01J…","source":{…},"target":{…},"at":"…","recovery_point":"…","created":"…",
//	 "previous":"sha256:…","sequence":7,"chunk_size":67108864,"sum":"…"}
//
// Then one line for each object, in strictly ascending byte order of names:
//
//	{"name":"a/b","size":11,"crc32c":"…","md5":"…","chunk_size":…,"chunks":["…"],"refs":["…"],"proof":"crc32c+md5",
//	 "source":{"version":"…","etag":"…","modified":"…","kind":"block"},"target":{"version":"…","etag":"…","modified":"…"},
//	 "copied":"…","run":"…","sum":"…"}
//
// "sum" is the CRC32C of every byte of the file before its own comma: it names the line where a file was damaged or cut together.
// It is no proof. The proof is in the last line, the trailer:
//
//	{"objects":1,"bytes":11,"sha256":"HEX","key":"ID","alg":"Ed25519","signature":"BASE64"}
//
// "sha256" is of every byte before the trailer; "sha256:HEX" is how a manifest is called everywhere else. The signature is over the 32
// bytes of that digest: Ed25519 (RFC 8032), or ES256 (RFC 7518 section 3.4, r and s of 32 bytes each, over the digest itself). The key's
// id is the first 32 hexadecimal digits of the SHA-256 of its SubjectPublicKeyInfo (RFC 5280) in DER.
package manifest

import (
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Version is the one that is written, and the only one that is read.
const Version = 1

// Header is the first line.
type Header struct {
	Manifest      int           `json:"manifest"`
	Dataset       string        `json:"dataset"`
	Run           string        `json:"run"`
	Source        dataset.Place `json:"source"`
	Target        dataset.Place `json:"target"`
	At            time.Time     `json:"at,omitzero"`              // the source as it was then
	RecoveryPoint string        `json:"recovery_point,omitempty"` // that the source was restored from
	Created       time.Time     `json:"created"`
	Previous      string        `json:"previous,omitempty"`   // sha256:HEX of the manifest that this one follows
	Sequence      int64         `json:"sequence,omitempty"`   // one more than that one's
	ChunkSize     int64         `json:"chunk_size,omitempty"` // that was asked for; an entry has its own
}

// Trailer is the last line.
type Trailer struct {
	Objects   int64  `json:"objects"`
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"` // hexadecimal
	Key       string `json:"key"`
	Algorithm string `json:"alg"`
	Signature []byte `json:"signature"`
}

// Digest is how the manifest is called: sha256:HEX.
func (t Trailer) Digest() string { return "sha256:" + t.SHA256 }

// Codes of the errors.
const (
	CodeAltered      = "manifest_altered"       // digest, sums, order or form are not what was written
	CodeTruncated    = "manifest_truncated"     // there is no trailer
	CodeUnsigned     = "manifest_unsigned"      // there is no signature
	CodeUnknownKey   = "manifest_key_unknown"   // signed by a key that is not among ours
	CodeBadSignature = "manifest_signature_bad" // signed by nobody who has the key
	CodeVersion      = "manifest_version"       // of another format
	CodeOrder        = "manifest_order"         // an entry that is not greater than the one before
	CodeOvertaken    = "manifest_overtaken"     // another run wrote its manifest meanwhile
)

// damaged is a refusal of a manifest.
func damaged(code, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Damaged, Code: code, Text: "manifest: " + text, Hint: hint}
}
