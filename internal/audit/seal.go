package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// A seal is a line of the log that says how long its file was at a moment, and what the SHA-256 of all of it was, signed. It is made beside the
// writer and never holds one up. Each covers everything before it, so that one that holds proves the whole file up to there, whatever key signed the
// earlier ones, and however many processes wrote to the file. What was written after the last one is not proven, and that the file was cut back to an
// earlier one shows by its time alone.

// Signer signs seals: it is what manifest.Signer is too.
type Signer interface {
	KeyID() string
	Algorithm() string
	// Sign signs the 32 bytes of a SHA-256.
	Sign(ctx context.Context, digest []byte) ([]byte, error)
}

// Whole is a file, or the beginning of one.
type Whole struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // hexadecimal
}

// Seal is what was signed.
type Seal struct {
	Whole
	// Before is the file that this one took the place of; nil when the sealing process has seen none.
	Before    *Whole `json:"before,omitempty"`
	Key       string `json:"key"`
	Algorithm string `json:"algorithm"`
	Signature []byte `json:"signature"`
}

// sealed is the line of a seal.
type sealed struct {
	Time  time.Time    `json:"time"`
	Event bridge.Event `json:"event"`
	Seal  Seal         `json:"seal"`
}

const eventSeal bridge.Event = "seal"

// sealMark stands in every line of a seal. In other lines its quotes are escaped, or it is the same member.
const sealMark = `"event":"seal"`

// digest is what the key signs.
func (s *sealed) digest() []byte {
	text := fmt.Sprintf("landbridge audit seal 1\n%s\n%d %s\n", s.Time.UTC().Format(time.RFC3339Nano), s.Seal.Bytes, s.Seal.SHA256)
	if b := s.Seal.Before; b != nil {
		text += fmt.Sprintf("%d %s\n", b.Bytes, b.SHA256)
	}
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// SealerOptions configure NewSealer. All but Failed are needed.
type SealerOptions struct {
	Log *Log // with a path
	// Signer is asked for each seal, so that a rotated key signs the next one.
	Signer func(ctx context.Context) (Signer, error)
	Clock  bridge.Clock
	Every  time.Duration
	// Failed is told when a seal could not be made; Run tries again after Every.
	Failed func(error)
}

// Sealer seals the file of a log as it grows. It is for one goroutine.
type Sealer struct {
	o      SealerOptions
	file   *os.File // that is being read; nil before the first
	sum    hash.Hash
	read   int64
	record int64 // where the last line that is no seal ends
	sealed int64 // how much a seal in the file says that it covers
	before *Whole
}

// NewSealer returns one that has touched nothing yet.
func NewSealer(o SealerOptions) *Sealer {
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	return &Sealer{o: o}
}

// lastSeal bounds the seal that is made at the end.
const lastSeal = 10 * time.Second

// Run seals until ctx ends, and then once more. The log must not be closed before Run has returned.
func (s *Sealer) Run(ctx context.Context) {
	tick := time.NewTicker(s.o.Every)
	defer tick.Stop()
	defer s.close()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastSeal)
			defer cancel()
			s.try(last)
			return
		case <-tick.C:
			s.try(ctx)
		}
	}
}

func (s *Sealer) try(ctx context.Context) {
	if _, err := s.Seal(ctx); err != nil && ctx.Err() == nil {
		s.o.Failed(err)
	}
}

// Seal seals what the file holds now; false when there is nothing in it that is not sealed.
func (s *Sealer) Seal(ctx context.Context) (bool, error) {
	if err := s.o.Log.flush(0); err != nil {
		return false, err
	}
	if err := s.follow(); err != nil {
		return false, unreadableLog(s.o.Log.o.Path, err)
	}
	if s.record <= s.sealed {
		return false, nil
	}
	signer, err := s.o.Signer(ctx)
	if err != nil {
		return false, err
	}
	if err := errors.Join(s.o.Log.flush(0), s.follow()); err != nil { // the lease with which the key is asked is on record too
		return false, unreadableLog(s.o.Log.o.Path, err)
	}
	line := sealed{Time: s.o.Clock().UTC(), Event: eventSeal, Seal: Seal{
		Whole: s.whole(), Before: s.before, Key: signer.KeyID(), Algorithm: signer.Algorithm(),
	}}
	if line.Seal.Signature, err = signer.Sign(ctx, line.digest()); err != nil {
		return false, err
	}
	text, err := json.Marshal(line)
	if err != nil {
		return false, err
	}
	if err := s.o.Log.appendLine(ctx, append(text, '\n')); err != nil {
		return false, err
	}
	s.sealed = line.Seal.Bytes
	return true, nil
}

func (s *Sealer) whole() Whole {
	return Whole{Bytes: s.read, SHA256: hex.EncodeToString(s.sum.Sum(nil))}
}

// follow reads what has been written since, and goes over to the next file when the log has.
func (s *Sealer) follow() error {
	path := s.o.Log.o.Path
	if s.file == nil {
		return errors.Join(s.open(path), s.take())
	}
	if err := s.take(); err != nil {
		return err
	}
	here, err := s.file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (os.SameFile(here, there) || there.Size() == 0) {
		return nil // moved away, and the log has not begun the next one
	}
	if err != nil {
		return err
	}
	old := s.whole()
	s.close()
	if err := s.open(path); err != nil {
		return err
	}
	s.before = &old
	return s.take()
}

func (s *Sealer) open(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	s.file, s.sum, s.read, s.record, s.sealed = f, sha256.New(), 0, 0, 0
	return nil
}

func (s *Sealer) close() {
	if s.file != nil {
		_ = s.file.Close()
		s.file = nil
	}
}

// readSize is how much of the file is read at once.
const readSize = 256 << 10

// take hashes the whole lines that have been written.
func (s *Sealer) take() error {
	if s.file == nil {
		return nil
	}
	buf := make([]byte, readSize)
	for {
		n, err := s.file.ReadAt(buf, s.read)
		lines := bytes.LastIndexByte(buf[:n], '\n') + 1
		if lines == 0 && n == len(buf) {
			lines = n // of a line longer than any of ours
		}
		_, _ = s.sum.Write(buf[:lines]) // never fails
		for line := range bytes.Lines(buf[:lines]) {
			s.see(line)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if lines == 0 || err != nil {
			return nil
		}
	}
}

// see takes note of a line. A seal that somebody else made spares one of our own; one that is none keeps nothing from being sealed with the next record.
func (s *Sealer) see(line []byte) {
	var other sealed
	if bytes.Contains(line, []byte(sealMark)) && json.Unmarshal(line, &other) == nil && other.Event == eventSeal {
		s.sealed = max(s.sealed, min(other.Seal.Bytes, s.read))
	} else {
		s.record = s.read + int64(len(line))
	}
	s.read += int64(len(line))
}

// appendLine writes a line that is no record, through to the file.
func (l *Log) appendLine(ctx context.Context, line []byte) error {
	end, _, err := l.put(ctx, line, true)
	if err != nil {
		return err
	}
	return l.flush(end)
}

func unreadableLog(path string, err error) error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "audit_unreadable", Text: fmt.Sprintf("the audit log %q cannot be read", path), Cause: err}
}
