package manifest_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/manifest"
)

// key is a Signer for tests, of either algorithm.
type key struct {
	id, alg string
	private crypto.Signer
	keys    manifest.Keys
}

func newKey(t testing.TB, private crypto.Signer) key {
	t.Helper()
	keys, err := manifest.NewKeys(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	k := key{private: private, keys: keys, alg: manifest.ES256}
	if _, ok := private.(ed25519.PrivateKey); ok {
		k.alg = manifest.Ed25519
	}
	for id := range keys {
		k.id = id
	}
	return k
}

func edKey(t testing.TB) key {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return newKey(t, private)
}

func (k key) KeyID() string     { return k.id }
func (k key) Algorithm() string { return k.alg }

func (k key) Sign(_ context.Context, digest []byte) ([]byte, error) {
	if p, ok := k.private.(*ecdsa.PrivateKey); ok {
		r, s, err := ecdsa.Sign(rand.Reader, p, digest)
		if err != nil {
			return nil, err
		}
		signature := make([]byte, 64)
		r.FillBytes(signature[:32])
		s.FillBytes(signature[32:])
		return signature, nil
	}
	return k.private.Sign(rand.Reader, digest, crypto.Hash(0))
}

var header = manifest.Header{
	Manifest: 1, Dataset: "train", Run: "run-2", Created: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), ChunkSize: 64 << 20,
	Source:   dataset.Place{Store: dataset.Blob, Account: "acct", Name: "data", Prefix: "x/"},
	Target:   dataset.Place{Store: dataset.Bucket, Name: "bucket"},
	Previous: "sha256:00",
}

func entries(n int) []dataset.Entry {
	at := time.Date(2026, 11, 20, 8, 30, 0, 123456700, time.UTC)
	all := make([]dataset.Entry, n)
	for i := range all {
		all[i] = dataset.Entry{
			Name: fmt.Sprintf("shards/%08d.tfrecord", i), Size: 65536, CRC32C: checksum.Of(uint32(i)), MD5: bytes.Repeat([]byte{byte(i)}, 16),
			Proof: dataset.ProofMD5, Run: "run-1", Copied: at.Add(time.Duration(i) * time.Second),
			Source: dataset.Origin{Version: "2026-11-20T08:30:00.1234567Z", ETag: `"0x8DCB` + fmt.Sprint(i) + `"`, Modified: at, Kind: dataset.BlockBlob},
			Target: dataset.Held{Version: fmt.Sprint(1763627400000000 + i), ETag: "CJ" + fmt.Sprint(i) + "=", Modified: at},
		}
	}
	return all
}

func write(t testing.TB, s manifest.Signer, all []dataset.Entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := manifest.NewWriter(&out, header)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func readAll(text []byte, v manifest.Verifier) ([]dataset.Entry, error) {
	r, err := manifest.NewReader(bytes.NewReader(text), v)
	if err != nil {
		return nil, err
	}
	var all []dataset.Entry
	for e, err := range r.Entries() {
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []key{edKey(t), newKey(t, ec)} {
		all := entries(100)
		all[7].Chunks, all[7].ChunkSize, all[7].Refs = []checksum.CRC{checksum.Of(1), checksum.Of(2)}, 40000, []string{"a", `b"\`}
		all[7].CRC32C = checksum.Of(checksum.Combine(1, 2, 65536-40000))
		text := write(t, k, all)
		r, err := manifest.NewReader(bytes.NewReader(text), k.keys)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(header, r.Header()); diff != "" {
			t.Error(diff)
		}
		if err := r.Check(); err != nil {
			t.Error(err)
		}
		got, err := readAll(text, k.keys)
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(all, got); diff != "" {
			t.Error(diff)
		}
	}
}

func anEntry(t *rapid.T, name string) dataset.Entry {
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "s"), rapid.Int64Range(0, 999999999).Draw(t, "ns")).UTC()
	})
	crc := rapid.Custom(func(t *rapid.T) checksum.CRC {
		return checksum.CRC{Sum: rapid.Uint32().Draw(t, "sum"), Known: true}
	})
	e := dataset.Entry{
		Name: name, Size: rapid.Int64Range(0, 5<<40).Draw(t, "size"), CRC32C: crc.Draw(t, "crc"),
		MD5: rapid.SliceOfN(rapid.Byte(), 0, 16).Draw(t, "md5"), Refs: rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "refs"),
		Proof: dataset.Proof(rapid.String().Draw(t, "proof")), Copied: moment.Draw(t, "copied"), Run: rapid.String().Draw(t, "run"),
		Source: dataset.Origin{ETag: rapid.String().Draw(t, "etag"), Modified: moment.Draw(t, "modified"), Kind: dataset.PageBlob},
		Target: dataset.Held{Version: rapid.String().Draw(t, "version")},
	}
	if rapid.Bool().Draw(t, "zero") {
		e.Source, e.CRC32C = dataset.Origin{Version: "v"}, checksum.CRC{}
	}
	return e
}

// What is written is read, and every line is what encoding/json makes of the entry.
func TestEveryEntry(t *testing.T) {
	t.Parallel()
	k := edKey(t)
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.StringN(1, 200, 1024).Draw(rt, "name")
		want := anEntry(rt, name)
		text := write(t, k, []dataset.Entry{want})
		got, err := readAll(text, k.keys)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff([]dataset.Entry{want}, got, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatal(diff)
		}
		var plain dataset.Entry
		if err := json.Unmarshal(bytes.Split(text, []byte("\n"))[1], &plain); err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, plain, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatal(diff)
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	k, other := edKey(t), edKey(t)
	good := write(t, k, entries(5))
	lines := bytes.SplitAfter(good, []byte("\n"))
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	replace := func(old, now string) []byte { return bytes.Replace(good, []byte(old), []byte(now), 1) }
	forged := func(change func(*manifest.Trailer)) []byte {
		var tr manifest.Trailer
		if err := json.Unmarshal(lines[6], &tr); err != nil {
			t.Fatal(err)
		}
		change(&tr)
		text, _ := json.Marshal(tr)
		return join(append(lines[:6:6], text, []byte("\n"))...)
	}
	for _, c := range []struct {
		what string
		text []byte
		code string
		want string
	}{
		{"a size", replace(`"size":65536`, `"size":65535`), manifest.CodeAltered, "line 2 altered: digest differs"},
		{"a name in the middle", replace("00000002", "00000009"), manifest.CodeAltered, "line 4 altered: digest differs"},
		{"the header", replace("acct", "evil"), manifest.CodeAltered, "line 1 altered: digest differs"},
		{"a line less", join(lines[0], lines[1], lines[3], lines[4], lines[5], lines[6]), manifest.CodeAltered, "line 3 altered"},
		{"a line twice", join(lines[0], lines[1], lines[1]), manifest.CodeAltered, "line 3 altered"},
		{"the last entry gone", join(lines[0], lines[1], lines[6]), manifest.CodeAltered, "altered: digest differs: the 2 lines before the trailer"},
		{"no trailer", join(lines[:6]...), manifest.CodeTruncated, "truncated: it ends after line 6, without a trailer"},
		{"half a line", good[:len(good)/2], manifest.CodeTruncated, "truncated: it ends after line"},
		{"nothing", nil, manifest.CodeTruncated, "truncated: it ends after line 0"},
		{"more after the end", join(good, []byte("{}\n")), manifest.CodeAltered, "more after the trailer in line 7"},
		{"another version", replace(`{"manifest":1`, `{"manifest":2`), manifest.CodeVersion, "version 2 is unknown; this program reads version 1"},
		{"something else", []byte("{\"a\":1}\n"), manifest.CodeAltered, "line 1 is not the header"},
		{"no signature", forged(func(tr *manifest.Trailer) { tr.Signature = nil }), manifest.CodeUnsigned, "unsigned"},
		{"another key", write(t, other, entries(5)), manifest.CodeUnknownKey, "signed by unknown key"},
		{"another's signature", forged(func(tr *manifest.Trailer) { tr.Signature[0] ^= 1 }), manifest.CodeBadSignature, "not one of key"},
		{"another algorithm", forged(func(tr *manifest.Trailer) { tr.Algorithm = "none" }), manifest.CodeBadSignature, "not one of key"},
		{"the counts", forged(func(tr *manifest.Trailer) { tr.Bytes++ }), manifest.CodeAltered, "the trailer counts 5 objects and 327681 bytes; there are 5 and 327680"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			_, err := readAll(c.text, k.keys)
			var e *bridge.Error
			if !asError(err, &e) || e.Code != c.code || !strings.Contains(e.Text, c.want) || e.Kind != bridge.Damaged {
				t.Errorf("%v, want %s: %q", err, c.code, c.want)
			}
			r, err := manifest.NewReader(bytes.NewReader(c.text), k.keys)
			if err == nil {
				err = r.Check()
			}
			if err == nil {
				t.Error("Check finds nothing wrong with it")
			}
		})
	}
	if _, err := manifest.NewReader(bytes.NewReader(good), nil); err == nil {
		t.Error("no keys, and it is read")
	}
}

func TestWriterKeepsOrder(t *testing.T) {
	t.Parallel()
	w, err := manifest.NewWriter(io.Discard, header)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, want string }{{"b", ""}, {"b", `"b" cannot follow "b"`}, {"a", `"a" cannot follow "b"`}, {"\xff", "not UTF-8"}} {
		err := w.Add(dataset.Entry{Name: c.name})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.name, err, c.want)
		}
	}
}

func asError(err error, target **bridge.Error) bool {
	e, ok := err.(*bridge.Error) //nolint:errorlint // this room wraps none
	*target = e
	return ok
}

// Whatever the bytes are, they are read or refused, and nothing of them is given out as proven.
func FuzzReader(f *testing.F) {
	k := edKey(f)
	good := write(f, k, entries(3))
	f.Add(good)
	f.Add(good[:200])
	f.Add([]byte("{\"manifest\":1}\n{\"name\":"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if all, err := readAll(text, k.keys); err == nil && !bytes.Equal(text, good) {
			t.Errorf("%d entries of a manifest that nobody signed", len(all))
		}
	})
}

func BenchmarkManifestWrite(b *testing.B) {
	all, k := entries(10_000), edKey(b)
	b.ReportAllocs()
	for b.Loop() {
		w, _ := manifest.NewWriter(io.Discard, header)
		for _, e := range all {
			_ = w.Add(e)
		}
		_, _ = w.Close(b.Context(), k)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/entry")
}

func BenchmarkManifestRead(b *testing.B) {
	k := edKey(b)
	text := write(b, k, entries(10_000))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r, _ := manifest.NewReader(bytes.NewReader(text), k.keys)
		for _, err := range r.Entries() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/entry")
}

func BenchmarkManifestCheck(b *testing.B) {
	k := edKey(b)
	text := write(b, k, entries(10_000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r, _ := manifest.NewReader(bytes.NewReader(text), k.keys)
		if err := r.Check(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/entry")
}
