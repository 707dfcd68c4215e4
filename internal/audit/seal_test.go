package audit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/audit"
	"github.com/landbridge/landbridge/internal/bridge"
)

// key signs seals, and says which are its own.
type key struct {
	id      string
	private ed25519.PrivateKey
}

func newKey(t testing.TB, id string) key {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key{id, private}
}

func (k key) KeyID() string     { return k.id }
func (k key) Algorithm() string { return "Ed25519" }
func (k key) Sign(_ context.Context, digest []byte) ([]byte, error) {
	return ed25519.Sign(k.private, digest), nil
}

type keys map[string]key

func (k keys) Knows(id string) bool { _, ok := k[id]; return ok }
func (k keys) Verify(id, _ string, digest, signature []byte) error {
	if !ed25519.Verify(k[id].private.Public().(ed25519.PublicKey), digest, signature) {
		return errors.New("another signature")
	}
	return nil
}

// ledger is a log in a file with its sealer.
type ledger struct {
	testing.TB
	path   string
	log    *audit.Log
	sealer *audit.Sealer
	key    key
	n      int
}

func newLedger(t testing.TB, dir string) *ledger {
	t.Helper()
	l := &ledger{TB: t, path: filepath.Join(dir, "audit.jsonl"), key: newKey(t, "first")}
	l.open()
	return l
}

func (l *ledger) open() {
	l.log = audit.New(audit.Options{Path: l.path})
	l.sealer = audit.NewSealer(audit.SealerOptions{
		Log: l.log, Clock: func() time.Time { return time.Unix(int64(l.n), 0) }, Every: time.Minute,
		Signer: func(context.Context) (audit.Signer, error) { return l.key, nil },
	})
}

func (l *ledger) write(n int) {
	l.Helper()
	for range n {
		l.n++
		if err := l.log.Record(context.Background(), record(bridge.EventLease, fmt.Sprintf("record-%d", l.n))); err != nil {
			l.Fatal(err)
		}
	}
}

func (l *ledger) seal(want bool) {
	l.Helper()
	if made, err := l.sealer.Seal(context.Background()); err != nil || made != want {
		l.Fatalf("sealed: %v, %v", made, err)
	}
}

func (l *ledger) text() []byte {
	l.Helper()
	text, err := os.ReadFile(l.path)
	if err != nil {
		l.Fatal(err)
	}
	return text
}

// damaged verifies a changed file, and wants a refusal that says so.
func damaged(t testing.TB, keys audit.Keys, text []byte, want string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "changed.jsonl")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := audit.Verify(keys, path)
	if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Kind != bridge.Damaged || !strings.Contains(e.Text, want) {
		t.Errorf("got %v, want damage with %q", err, want)
	}
}

func TestSealsProveALog(t *testing.T) {
	t.Parallel()
	l := newLedger(t, t.TempDir())
	l.write(3)
	l.seal(true)
	l.seal(false) // nothing but a seal came
	l.write(2)
	l.seal(true)
	proven := int64(bytes.LastIndexByte(bytes.TrimSuffix(l.text(), []byte("\n")), '\n')) + 1
	l.write(1)
	ours := keys{"first": l.key}
	reports, err := audit.Verify(ours, l.path)
	if err != nil {
		t.Fatal(err)
	}
	if r := reports[0]; r.Records != 6 || r.Seals != 2 || r.Open != 1 || r.Sealed != proven || r.Bytes != int64(len(l.text())) || r.At.Unix() != 5 || len(r.Keys) != 1 {
		t.Errorf("%+v, of %d proven bytes", r, proven)
	}
	text := l.text()
	lines := bytes.SplitAfter(text, []byte("\n"))
	without := func(i int) []byte { return bytes.Join(append(append([][]byte{}, lines[:i]...), lines[i+1:]...), nil) }
	damaged(t, ours, bytes.Replace(text, []byte("record-2"), []byte("record-9"), 1), "was changed in the first ")
	damaged(t, ours, bytes.Replace(text, []byte("record-5"), []byte("record-9"), 1), "still hold")
	damaged(t, ours, without(1), "was changed in the first ")
	damaged(t, ours, append(append([]byte{}, lines[1]...), text...), "was changed in the first ")
	damaged(t, ours, lines[6], "and had ")
	damaged(t, ours, bytes.Replace(text, []byte(`"bytes":`), []byte(`"bytes":1`), 1), "the seal on line 4, of 1970-01-01T00:00:03Z, was changed")
	damaged(t, ours, bytes.Join(lines[:3], nil), "has no seal: nothing in it is proven")
	damaged(t, keys{}, text, `line 7 is sealed by unknown key "first", and no later seal covers it`)
}

// A key that is gone is not missed, as long as a later seal is by one that is known.
func TestKeysOfSealsRotate(t *testing.T) {
	t.Parallel()
	l := newLedger(t, t.TempDir())
	l.write(1)
	l.seal(true)
	l.key = newKey(t, "second")
	l.write(1)
	l.seal(true)
	reports, err := audit.Verify(keys{"second": l.key}, l.path)
	if err != nil || reports[0].Seals != 1 || reports[0].Open != 0 {
		t.Errorf("%+v, %v", reports, err)
	}
}

// A rotated file is proven whole by the first seal of the next one, another process's lines among it; a sealer that begins anew reads what is there.
func TestSealsFollowTheLog(t *testing.T) {
	t.Parallel()
	l := newLedger(t, t.TempDir())
	other := audit.New(audit.Options{Path: l.path})
	l.write(2)
	l.seal(true)
	must(t, other.Record(t.Context(), record(bridge.EventLease, "of another process")))
	must(t, other.Close())
	old := l.path + ".1"
	must(t, os.Rename(l.path, old))
	l.seal(true) // there is no next file yet: what came is sealed where it is
	must(t, l.log.Reopen())
	l.seal(false)
	l.write(1)
	l.seal(true)
	ours := keys{"first": l.key}
	reports, err := audit.Verify(ours, old, l.path)
	if err != nil || len(reports) != 2 || !reports[1].Linked || reports[0].Linked {
		t.Errorf("%+v, %v", reports, err)
	}
	must(t, l.log.Close())
	l.open()
	l.write(1)
	l.seal(true)
	if reports, err = audit.Verify(ours, old, l.path); err != nil || reports[1].Open != 0 {
		t.Errorf("%+v, %v", reports, err)
	}
	text, err := os.ReadFile(old)
	must(t, err)
	must(t, os.WriteFile(old, bytes.Replace(text, []byte("of another"), []byte("of no othe"), 1), 0o600))
	if _, err := audit.Verify(ours, old, l.path); err == nil || !strings.Contains(err.Error(), "was changed") {
		t.Error(err)
	}
	must(t, os.WriteFile(old, bytes.Join(bytes.SplitAfter(text, []byte("\n"))[:3], nil), 0o600)) // cut back to its first seal
	if _, err := audit.Verify(ours, old, l.path); err == nil || !strings.Contains(err.Error(), "is not the file of") {
		t.Error(err)
	}
}

// Any change of what is said to be proven is found, whatever it is. Who spoils a seal takes away its proof, and what it proved is said to be open.
func TestAnyChangeIsFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := newLedger(t, dir)
	for range 4 {
		l.write(3)
		l.seal(true)
	}
	text, ours := l.text(), keys{"first": l.key}
	reports, err := audit.Verify(ours, l.path)
	must(t, err)
	path := filepath.Join(dir, "changed.jsonl")
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, int(reports[0].Sealed)-1).Draw(t, "at")
		changed := bytes.Clone(text)
		switch rapid.SampledFrom([]string{"flip", "cut", "insert"}).Draw(t, "how") {
		case "flip":
			changed[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		case "cut":
			n := min(rapid.IntRange(1, 300).Draw(t, "n"), int(reports[0].Sealed)-at)
			changed = append(changed[:at], changed[at+n:]...)
		case "insert":
			changed = append(bytes.Clone(changed[:at]), append([]byte(rapid.StringN(1, 20, 40).Draw(t, "text")), text[at:]...)...)
		}
		if bytes.Equal(changed, text) {
			return
		}
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := audit.Verify(ours, path); err == nil && int64(at) < got[0].Sealed {
			t.Fatalf("a change at byte %d of %d proven ones was not found", at, got[0].Sealed)
		}
	})
}

// A key that is away holds nothing up: records are written, and sealed when it is back. The end is sealed too.
func TestAKeyThatIsAway(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	k := newKey(t, "k")
	synctest.Test(t, func(t *testing.T) {
		away, failed := true, 0
		log := audit.New(audit.Options{Path: path})
		s := audit.NewSealer(audit.SealerOptions{
			Log: log, Clock: time.Now, Every: time.Minute, Failed: func(error) { failed++ },
			Signer: func(context.Context) (audit.Signer, error) {
				if away {
					return nil, errors.New("away")
				}
				return k, nil
			},
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { s.Run(ctx); close(done) }()
		must(t, log.Record(ctx, record(bridge.EventLease, "one")))
		time.Sleep(3*time.Minute + time.Second)
		synctest.Wait()
		if failed != 3 {
			t.Errorf("told %d times", failed)
		}
		away = false
		must(t, log.Record(ctx, record(bridge.EventLease, "two")))
		cancel()
		<-done
		must(t, log.Close())
	})
	if reports, err := audit.Verify(keys{"k": k}, path); err != nil || reports[0].Seals != 1 || reports[0].Open != 0 || reports[0].Records != 2 {
		t.Errorf("%+v, %v", reports, err)
	}
}
