package dataset

import (
	"time"

	"github.com/landbridge/landbridge/internal/checksum"
)

// Proof says what is known of a copy, from the least to the most.
type Proof string

// The proofs. Each object's is in its manifest's entry.
const (
	// ProofCRC32C: CRC32C of the bytes that were read, on their way, is the one that the destination computed of what it holds.
	ProofCRC32C Proof = "crc32c"
	// ProofMD5 is ProofCRC32C, and the MD5 of those bytes is the one that the source keeps.
	ProofMD5 Proof = "crc32c+md5"
	// ProofReread: the destination keeps no sum, so what it holds was read again and hashed: a local directory.
	ProofReread Proof = "crc32c+reread"
	// ProofRereadMD5 is both.
	ProofRereadMD5 Proof = "crc32c+md5+reread"
)

// Entry is one object of a manifest: a line of it.
type Entry struct {
	Name      string         `json:"name"`
	Size      int64          `json:"size"`
	CRC32C    checksum.CRC   `json:"crc32c"`
	MD5       []byte         `json:"md5,omitempty"`        // base64; when it was computed or is the store's own
	ChunkSize int64          `json:"chunk_size,omitempty"` // of Chunks; absent when there is one
	Chunks    []checksum.CRC `json:"chunks,omitempty"`     // in order
	Refs      []string       `json:"refs,omitempty"`       // of the same chunks, where the destination keeps them apart
	Proof     Proof          `json:"proof"`
	Source    Origin         `json:"source"`
	Target    Held           `json:"target"`
	Copied    time.Time      `json:"copied"`
	// Run that copied these bytes: an object that did not change since keeps the run that did.
	Run string `json:"run"`
}

// Held is what the destination calls the copy.
type Held struct {
	Version  string    `json:"version,omitempty"` // generation
	ETag     string    `json:"etag,omitempty"`
	Modified time.Time `json:"modified,omitzero"`
}

// HeldOf is the copy o.
func HeldOf(o Object) Held { return Held{Version: o.Version, ETag: o.ETag, Modified: o.Modified} }

// Object is the copy, as verify and repair ask the destination for it.
func (e Entry) Object() Object {
	return Object{
		Name: e.Name, Size: e.Size, Version: e.Target.Version, ETag: e.Target.ETag, Modified: e.Target.Modified, CRC32C: e.CRC32C, MD5: e.MD5,
	}
}

// Layout is how the copy is cut.
func (e Entry) Layout() Layout {
	if len(e.Chunks) == 0 {
		return Layout{Size: max(e.Size, 1), Chunks: 1}
	}
	return Layout{Size: e.ChunkSize, Chunks: len(e.Chunks)}
}
