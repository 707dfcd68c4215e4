package audit

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Keys are the public keys whose seals are ours, by their ids.
type Keys interface {
	Knows(keyID string) bool
	Verify(keyID, algorithm string, digest, signature []byte) error
}

// Report is what is proven of one file.
type Report struct {
	File    string    `json:"file"`
	Bytes   int64     `json:"bytes"`
	Records int       `json:"records"`
	Seals   int       `json:"seals"`
	Sealed  int64     `json:"sealed_bytes"` // that the last seal proves
	At      time.Time `json:"sealed_at"`
	Open    int       `json:"unsealed_records"` // that came after it
	Keys    []string  `json:"keys"`             // ids of the keys whose seals hold
	// Linked says that the first seal of this file proves the file before it whole.
	Linked bool `json:"linked"`

	before *Whole
}

// foundSeal is a seal in the file that is being verified.
type foundSeal struct {
	sealed
	line int
}

// Verify reads files of one log, the oldest first, and holds each to its seals. The error is of the first file that does not hold: what it says was
// cut, changed or taken out. The reports of those before it are returned with it.
func Verify(keys Keys, files ...string) ([]Report, error) {
	var out []Report
	for i, name := range files {
		r, err := verify(keys, name)
		if err != nil {
			return out, err
		}
		if i > 0 && r.before != nil {
			if err := holds(files[i-1], *r.before); err != nil {
				return out, err
			}
			r.Linked = true
		}
		out = append(out, r)
	}
	return out, nil
}

func verify(keys Keys, name string) (Report, error) {
	f, err := os.Open(name)
	if err != nil {
		return Report{}, unreadableLog(name, err)
	}
	defer f.Close()
	r := Report{File: name}
	seals, err := r.scan(f)
	if err != nil {
		return r, unreadableLog(name, err)
	}
	if len(seals) == 0 {
		return r, altered(name, "audit_unsealed", "has no seal: nothing in it is proven", "landbridge serve with audit.signing seals its log; landbridge audit seal does now")
	}
	good, err := r.signed(keys, seals)
	if err != nil {
		return r, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return r, unreadableLog(name, err)
	}
	return r, r.hashed(f, good)
}

// scan counts the lines and finds the seals.
func (r *Report) scan(f io.Reader) (seals []foundSeal, err error) {
	lines := bufio.NewReaderSize(f, readSize)
	for n := 1; ; n++ {
		line, err := lines.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) { // longer than any of ours
			r.Bytes += int64(len(line))
			line, err = lines.ReadSlice('\n')
		}
		r.Bytes += int64(len(line))
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		var s sealed
		switch {
		case len(line) == 0:
		case bytes.Contains(line, []byte(sealMark)) && json.Unmarshal(line, &s) == nil && s.Event == eventSeal:
			seals = append(seals, foundSeal{s, n})
		default:
			r.Records++
		}
		if err != nil {
			return seals, nil
		}
	}
}

// signed are the seals whose signatures hold, by how much they cover. One by a key that is not known proves nothing, and is well where a later one covers it.
func (r *Report) signed(keys Keys, seals []foundSeal) (good []foundSeal, err error) {
	var unknown error
	for _, s := range seals {
		switch {
		case keys.Knows(s.Seal.Key) && keys.Verify(s.Seal.Key, s.Seal.Algorithm, s.digest(), s.Seal.Signature) == nil:
			good, unknown = append(good, s), nil
		case !keys.Knows(s.Seal.Key):
			unknown = altered(r.File, "unknown_key", fmt.Sprintf("line %d is sealed by unknown key %q, and no later seal covers it", s.line, s.Seal.Key), "name its public key in audit.signing.trusted_file, if it is yours")
		default:
			return nil, altered(r.File, "audit_altered", fmt.Sprintf("the seal on line %d, of %s, was changed", s.line, s.Time.Format(time.RFC3339)), "ask who wrote to the file")
		}
	}
	if unknown != nil {
		return nil, unknown
	}
	slices.SortStableFunc(good, func(a, b foundSeal) int { return cmp.Compare(a.Seal.Bytes, b.Seal.Bytes) })
	r.Seals = len(good)
	for _, s := range good {
		if !slices.Contains(r.Keys, s.Seal.Key) {
			r.Keys = append(r.Keys, s.Seal.Key)
		}
		if s.Seal.Before != nil && r.before == nil {
			r.before = s.Seal.Before
		}
	}
	last := good[len(good)-1]
	r.Sealed, r.At = last.Seal.Bytes, last.Time
	return good, nil
}

// hashed holds the bytes of the file to each seal.
func (r *Report) hashed(f io.Reader, seals []foundSeal) error {
	h, at := sha256.New(), int64(0)
	for _, s := range seals {
		n, err := io.CopyN(h, f, s.Seal.Bytes-at)
		switch at += n; {
		case errors.Is(err, io.EOF):
			return altered(r.File, "audit_altered", fmt.Sprintf("has %d bytes, and had %d at %s", at, s.Seal.Bytes, s.Time.Format(time.RFC3339)), "something was cut off or taken out: ask who wrote to the file")
		case err != nil:
			return unreadableLog(r.File, err)
		case sum(h) != s.Seal.SHA256:
			return altered(r.File, "audit_altered", fmt.Sprintf("was changed in the first %d bytes, which were sealed at %s%s", at, s.Time.Format(time.RFC3339), since(seals, s)), "compare it with a copy, and ask who wrote to the file")
		}
	}
	rest := &Report{}
	if _, err := rest.scan(f); err != nil {
		return unreadableLog(r.File, err)
	}
	r.Open = rest.Records
	return nil
}

// since says which bytes still hold when a seal does not.
func since(seals []foundSeal, broken foundSeal) string {
	for _, s := range slices.Backward(seals) {
		if s.Seal.Bytes < broken.Seal.Bytes {
			return fmt.Sprintf("; the first %d still hold", s.Seal.Bytes)
		}
	}
	return ""
}

// holds says whether a file still begins with what a later one says that it was.
func holds(name string, w Whole) error {
	f, err := os.Open(name)
	if err != nil {
		return unreadableLog(name, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyN(h, f, w.Bytes); err != nil || sum(h) != w.SHA256 {
		return altered(name, "audit_altered", fmt.Sprintf("is not the file of %d bytes that the next one was begun after", w.Bytes), "name the files in the order of their time; or ask who wrote to this one")
	}
	return nil
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

func altered(name, code, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Damaged, Hop: bridge.HopDoor, Code: code, Text: fmt.Sprintf("the audit log %q %s", name, text), Hint: hint}
}
