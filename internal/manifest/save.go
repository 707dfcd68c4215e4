package manifest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Write writes and signs the manifest of a run, stores it, and makes it the newest. It is refused with CodeOvertaken when the newest is
// not the one that the header says it follows. An attempt after one that was killed writes the same run again.
func (s *Store) Write(ctx context.Context, h Header, entries iter.Seq2[dataset.Entry, error]) (Trailer, error) {
	if err := named(h.Dataset, h.Run); err != nil {
		return Trailer{}, err
	}
	before, at, err := s.pointer(ctx, h.Dataset)
	if err != nil && codeOf(err) != dataset.CodeNotFound {
		return Trailer{}, err
	}
	if before.Digest != h.Previous {
		return Trailer{}, overtaken(h, before, nil)
	}
	file, err := os.CreateTemp(s.Temp, "manifest-*")
	if err != nil {
		return Trailer{}, &bridge.Error{Kind: bridge.Fault, Code: "file_failed", Text: "manifest: cannot make a temporary file", Cause: err}
	}
	defer os.Remove(file.Name()) //nolint:errcheck // a temporary file
	defer file.Close()
	t, err := s.spool(ctx, file, h, entries)
	if err != nil {
		return Trailer{}, err
	}
	if err := s.send(ctx, runName(h.Dataset, h.Run), t, file); err != nil {
		return Trailer{}, err
	}
	return t, s.point(ctx, h, before, at, t)
}

// spool writes the manifest to a local file.
func (s *Store) spool(ctx context.Context, w io.Writer, h Header, entries iter.Seq2[dataset.Entry, error]) (Trailer, error) {
	signer, err := s.signer(ctx)
	if err != nil {
		return Trailer{}, err
	}
	m, err := NewWriter(w, h)
	if err != nil {
		return Trailer{}, err
	}
	for e, err := range entries {
		if err == nil {
			err = m.Add(e)
		}
		if err != nil {
			return Trailer{}, err
		}
	}
	return m.Close(ctx, signer)
}

// signer is the key of one manifest.
func (s *Store) signer(ctx context.Context) (out Signer, err error) {
	err = s.Retry(ctx, func(ctx context.Context) error {
		out, err = s.Signer(ctx)
		return err
	})
	return out, err
}

// chunkSize is how a manifest of many objects is cut.
const chunkSize = 16 << 20

// send stores a manifest that is in a file, in place of one of the same run that an earlier attempt left.
func (s *Store) send(ctx context.Context, name string, t Trailer, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	w := dataset.Write{Name: name, Size: info.Size(), Origin: t.SHA256[:32], Headers: dataset.Headers{ContentType: "application/jsonl"}}
	w.If, err = s.condition(ctx, name)
	if err != nil {
		return err
	}
	l := s.Place.Layout(w.Size, chunkSize)
	if l.Chunks == 1 {
		return s.put(ctx, w, file)
	}
	return s.chunks(ctx, w, l, file)
}

// chunks sends a manifest that is too large for one request.
func (s *Store) chunks(ctx context.Context, w dataset.Write, l dataset.Layout, file io.ReaderAt) error {
	var up dataset.Upload
	err := s.Retry(ctx, func(ctx context.Context) (err error) {
		up, err = s.Place.Begin(ctx, w, l)
		return err
	})
	if err != nil {
		return err
	}
	chunks, sum := make([]dataset.Chunk, l.Chunks), uint32(0)
	for i := range chunks {
		c := l.Chunk(i, w.Size)
		err := s.Retry(ctx, func(ctx context.Context) (err error) {
			chunks[i], err = up.Write(ctx, c, io.NewSectionReader(file, c.Offset, c.Size))
			return err
		})
		if err != nil {
			return err
		}
		sum = checksum.Combine(sum, chunks[i].CRC32C.Sum, c.Size)
	}
	return s.Retry(ctx, func(ctx context.Context) error {
		_, err := up.Finish(ctx, chunks, checksum.Of(sum), nil)
		return err
	})
}

func (s *Store) put(ctx context.Context, w dataset.Write, r io.ReaderAt) error {
	var sum uint32
	for at, b := int64(0), make([]byte, 64<<10); at < w.Size; {
		n, err := r.ReadAt(b[:min(int64(len(b)), w.Size-at)], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		sum, at = checksum.Update(sum, b[:n]), at+int64(n)
	}
	w.CRC32C = checksum.Of(sum)
	return s.Retry(ctx, func(ctx context.Context) error {
		_, err := s.Place.Put(ctx, w, io.NewSectionReader(r, 0, w.Size))
		return err
	})
}

// condition is that exactly what is there now is replaced.
func (s *Store) condition(ctx context.Context, name string) (dataset.If, error) {
	var o dataset.Object
	err := s.Retry(ctx, func(ctx context.Context) (err error) {
		o, err = s.Place.Stat(ctx, name)
		return err
	})
	if codeOf(err) == dataset.CodeNotFound {
		return dataset.If{Absent: true}, nil
	}
	return dataset.Replaces(o), err
}

// pointer is what latest says.
type pointer struct {
	Run    string `json:"run"`
	Digest string `json:"digest"`
}

// pointer reads latest, and the object that it is.
func (s *Store) pointer(ctx context.Context, name string) (p pointer, o dataset.Object, err error) {
	if err := named(name); err != nil {
		return p, o, err
	}
	err = s.Retry(ctx, func(ctx context.Context) (err error) {
		if o, err = s.Place.Stat(ctx, latestName(name)); err != nil {
			return err
		}
		body, err := s.Place.Open(ctx, o, 0, o.Size)
		if err != nil {
			return err
		}
		defer body.Close()
		text, err := io.ReadAll(io.LimitReader(body, 4<<10))
		if err != nil {
			return err
		}
		if json.Unmarshal(text, &p) != nil || p.Run == "" {
			return damaged(CodeAltered, "altered: "+latestName(name)+" does not name a run", "write the newest run and its digest into it")
		}
		return nil
	})
	return p, o, err
}

// point makes a run's manifest the newest.
func (s *Store) point(ctx context.Context, h Header, before pointer, at dataset.Object, t Trailer) error {
	text, err := json.Marshal(pointer{Run: h.Run, Digest: t.Digest()})
	if err != nil {
		return err
	}
	w := dataset.Write{Name: latestName(h.Dataset), Size: int64(len(text)), If: dataset.If{Absent: true}, Headers: dataset.Headers{ContentType: "application/json", CacheControl: "no-store"}}
	if at.Name != "" {
		w.If = dataset.Replaces(at)
	}
	err = s.Retry(ctx, func(ctx context.Context) error {
		_, err := s.Place.Put(ctx, w, bytes.NewReader(text))
		return err
	})
	if codeOf(err) != dataset.CodeExists {
		return err
	}
	now, _, unread := s.pointer(ctx, h.Dataset)
	if unread == nil && now.Digest == t.Digest() { // an attempt whose answer was lost
		return nil
	}
	return overtaken(h, now, err)
}

func overtaken(h Header, now pointer, cause error) error {
	follows := h.Previous
	if follows == "" {
		follows = "none"
	}
	return &bridge.Error{
		Kind: bridge.Refused, Code: CodeOvertaken, Cause: cause,
		Text: fmt.Sprintf("manifest: run %s follows %s, and the newest of %s is by now the one of run %q (%s)", h.Run, follows, h.Dataset, now.Run, now.Digest),
		Hint: "run again: it begins from the newest, and copies nothing twice",
	}
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	return ""
}
