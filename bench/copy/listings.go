package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
	"github.com/landbridge/landbridge/internal/keyring"
	"github.com/landbridge/landbridge/internal/manifest"
)

// The n-th object of the listings. Nobody ever asks for its content.
func listedName(n int) string    { return fmt.Sprintf("set/shard-%07d.bin", n) }
func listedSum(n int) uint32     { return uint32(n) * 2654435761 }
func listedVersion(n int) string { return strconv.Itoa(1_700_000_000_000_000 + n) }
func listedTime() time.Time      { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC) }
func listedCRC(sum uint32) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}

const listedSize = 64 << 10

// runListings verifies a manifest by metadata, and plans a first copy, over a tenth of the objects and over all: memory must not grow with them.
func runListings(o options, dir string, wanted []string) error {
	t, err := startTarget(o.landbridge, filepath.Join(dir, "target"))
	if err != nil {
		return err
	}
	defer t.stop()
	fmt.Println()
	for _, n := range []int{o.objects / 10, o.objects} {
		l, err := startListings(n)
		if err != nil {
			return err
		}
		defer l.stop()
		if slices.Contains(wanted, "verify") {
			if err := writeManifest(filepath.Join(t.dir, "backup"), t.bucket, n); err != nil {
				return err
			}
			if err := listed(o, t, "verify of the metadata", n, l.url, l.url, "verify", "bench"); err != nil {
				return err
			}
			if err := os.RemoveAll(filepath.Join(t.dir, "backup")); err != nil {
				return err
			}
		}
		if slices.Contains(wanted, "plan") {
			if err := listed(o, t, "plan of a first sync", n, l.url, t.http, "sync", "bench", "--dry-run"); err != nil {
				return err
			}
		}
	}
	return nil
}

// listed measures an act that reads listings. A plan is printed as text, since its JSON has a line for each object.
func listed(o options, t *target, what string, n int, source, storage string, args ...string) error {
	var best cost
	var rss float64
	for range o.rounds {
		cmd, err := t.act(source, storage, "listed", args...)
		if err != nil {
			return err
		}
		if slices.Contains(args, "--dry-run") {
			cmd.Args = slices.DeleteFunc(cmd.Args, func(a string) bool { return a == "--output" || a == "json" })
		}
		c, out, err := measure(cmd)
		if err != nil {
			return err
		}
		if !strings.Contains(strings.NewReplacer(",", "", ".", "").Replace(string(out)), strconv.Itoa(n)) {
			return fmt.Errorf("%s did not come to %d objects: %s", what, n, out)
		}
		if rss = max(rss, c.rss); best.wall == 0 || c.wall < best.wall {
			best = c
		}
	}
	fmt.Printf("%-24s %9d objects %8.2f s %8.2f s CPU %6.0f MiB RSS\n", what, n, best.wall.Seconds(), best.cpu.Seconds(), rss)
	return nil
}

// writeManifest writes the signed manifest of an earlier copy of n objects, as the machine itself would have written it.
func writeManifest(dir, bucket string, n int) error {
	place, err := folder.New(folder.Options{Path: dir, Create: true})
	if err != nil {
		return err
	}
	defer place.Close()
	ring, err := keyring.Open(filepath.Join(dir, "keys"))
	if err != nil {
		return err
	}
	public, err := ring.PublicKeys()
	if err != nil {
		return err
	}
	keys, err := manifest.NewKeys(public...)
	if err != nil {
		return err
	}
	_, err = manifest.NewStore(manifest.StoreOptions{
		Place:  place,
		Signer: func(context.Context) (manifest.Signer, error) { return ring, nil },
		Keys:   func(context.Context) (manifest.Verifier, error) { return keys, nil },
	}).Write(context.Background(), manifest.Header{
		Dataset: "bench", Run: "01J00000000000000000000000", Created: listedTime(),
		Source: dataset.Place{Store: dataset.Blob, Account: account, Name: "listed"}, Target: dataset.Place{Store: dataset.Bucket, Name: bucket},
	}, entries(n))
	return err
}

func entries(n int) iter.Seq2[dataset.Entry, error] {
	return func(yield func(dataset.Entry, error) bool) {
		for i := range n {
			e := dataset.Entry{
				Name: listedName(i), Size: listedSize, CRC32C: checksum.Of(listedSum(i)), Proof: dataset.ProofCRC32C,
				Source: dataset.Origin{ETag: fmt.Sprintf("0x8D%010X", i), Modified: listedTime()},
				Target: dataset.Held{Version: listedVersion(i), Modified: listedTime()}, Copied: listedTime(), Run: "01J00000000000000000000000",
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// lister is this program as a server of listings.
type lister struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	url   string
}

func startListings(n int) (*lister, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	l := &lister{cmd: exec.Command(self, "serve")}
	l.cmd.Env = append(os.Environ(), "OBJECTS="+strconv.Itoa(n))
	l.cmd.Stderr = os.Stderr
	if l.stdin, err = l.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := l.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	l.url = "http://" + strings.TrimSpace(line)
	return l, err
}

func (l *lister) stop() {
	_ = l.stdin.Close()
	_ = l.cmd.Wait()
}

// serveListings serves until its standard input ends.
func serveListings() error {
	n, err := strconv.Atoi(os.Getenv("OBJECTS"))
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /storage/v1/b/{bucket}/o", func(rw http.ResponseWriter, r *http.Request) { bucketPage(rw, r, n) })
	mux.HandleFunc("GET /"+account+"/{container}", func(rw http.ResponseWriter, r *http.Request) { blobPage(rw, r, n) })
	go func() { _ = http.Serve(l, mux) }()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
