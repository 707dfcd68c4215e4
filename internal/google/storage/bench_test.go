package storage_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/storage"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

// The benchmarks run the far side in a process of its own, so that what is measured of this one is the store's alone.
const farEnv = "LANDBRIDGE_BENCH_FAR"

func TestMain(m *testing.M) {
	if os.Getenv(farEnv) != "" {
		serveFar()
		return
	}
	os.Exit(m.Run())
}

// serveFar is the process of the far side: it prints its address and a token, and ends with its standard input.
func serveFar() {
	w := world.New(time.Now)
	w.AddProject(world.Project{ID: project, Number: "1234567890"})
	google := googleapi.New(w, googleapi.Options{})
	cloud := storageapi.New(google, w, storageapi.Options{NoMD5: true, Dir: os.Getenv("LANDBRIDGE_BENCH_DIR")})
	if err := cloud.AddBucket(storageapi.Bucket{Name: bucket, Project: project}); err != nil {
		panic(err)
	}
	for _, role := range []string{"roles/storage.objectUser", "roles/storage.bucketViewer"} {
		if err := w.Bind("gs://"+bucket, role, "user:copier"); err != nil {
			panic(err)
		}
	}
	for i := range atoi(os.Getenv(farEnv)) {
		if _, err := cloud.Put(bucket, fmt.Sprintf("train/shard-%08d.tfrecord", i), nil, map[string]string{dataset.Mark: mark}); err != nil {
			panic(err)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	token := w.Issue(world.Grant{Members: []string{"user:copier"}, Scopes: []string{storage.ScopeReadWrite}, Expiry: time.Now().Add(time.Hour)})
	fmt.Printf("http://%s %s\n", listener.Addr(), token.Reveal())
	go func() { _ = http.Serve(listener, google) }()
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func atoi(s string) int { n, _ := strconv.Atoi(s); return n }

// fixed is a lease that is at hand.
type fixed struct{ lease bridge.Lease }

func (f fixed) Lease(context.Context, bridge.LeaseRequest) (bridge.Lease, error) { return f.lease, nil }

// benchStore is a store of a far side, and what ends it and tells the processor time that it took.
func benchStore(b *testing.B, seeded int) (*storage.Store, func() time.Duration) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), farEnv+"="+strconv.Itoa(max(seeded, 1)))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	end := sync.OnceValue(func() time.Duration {
		_, _ = in.Close(), cmd.Wait()
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	})
	b.Cleanup(func() { end() })
	line := make([]byte, 1000)
	n, err := out.Read(line)
	if err != nil {
		b.Fatal(err)
	}
	address, token, _ := strings.Cut(strings.TrimSpace(string(line[:n])), " ")
	s, err := storage.New(storage.Options{
		HTTP: wire.NewStreamer(wire.StreamOptions{}), Endpoint: address, Bucket: bucket,
		Leaser: fixed{bridge.Lease{Token: bridge.NewSecret(token), Expiry: time.Now().Add(time.Hour)}},
	})
	if err != nil {
		b.Fatal(err)
	}
	return s, end
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkPut64KiB(b *testing.B) {
	s, end := benchStore(b, 0)
	content := pattern(64 << 10)
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	const workers = 16
	var group sync.WaitGroup
	next := make(chan int)
	before := cpu()
	b.ResetTimer()
	for range workers {
		group.Go(func() {
			for i := range next {
				w := dataset.Write{Name: fmt.Sprintf("x-%d", i), Size: int64(len(content)), Origin: mark, If: dataset.If{Absent: true}}
				if _, err := s.Put(b.Context(), w, bytes.NewReader(content)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range b.N {
		next <- i
	}
	close(next)
	group.Wait()
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "µs-cpu/op")
	b.ReportMetric(float64(end().Microseconds())/float64(b.N), "µs-far-cpu/op")
}

func BenchmarkPart64MiB(b *testing.B) {
	s, end := benchStore(b, 0)
	content := pattern(64 << 20)
	b.SetBytes(int64(len(content)))
	l := dataset.Layout{Size: int64(len(content)), Chunks: 4}
	const workers = 2
	before := cpu()
	var group sync.WaitGroup
	next := make(chan int)
	b.ResetTimer()
	for range workers {
		group.Go(func() {
			for i := range next {
				up, err := s.Begin(b.Context(), dataset.Write{Name: "x", Size: 4 * l.Size, Origin: fmt.Sprintf("%032d", i)}, l)
				if err != nil {
					b.Error(err)
					continue
				}
				if _, err := up.Write(b.Context(), l.Chunk(0, 4*l.Size), bytes.NewReader(content)); err != nil {
					b.Error(err)
				}
				if err := up.Abort(b.Context()); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range b.N {
		next <- i
	}
	close(next)
	group.Wait()
	b.ReportMetric(float64((cpu()-before).Milliseconds())/float64(b.N), "ms-cpu/op")
	b.ReportMetric(float64(end().Milliseconds())/float64(b.N), "ms-far-cpu/op")
}

// BenchmarkList is what verify costs: a listing of 200,000 objects, read to the end.
func BenchmarkList(b *testing.B) {
	const n = 200_000
	s, _ := benchStore(b, n)
	before := cpu()
	for b.Loop() {
		seen := 0
		for _, err := range s.List(b.Context(), dataset.Query{}) {
			if err != nil {
				b.Fatal(err)
			}
			seen++
		}
		if seen != n {
			b.Fatalf("%d objects", seen)
		}
	}
	b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(b.N)/n, "ns-cpu/object")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/object")
}
