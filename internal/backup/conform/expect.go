package conform

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // what stores keep beside their objects, not a defence
	"errors"
	"fmt"
	"io"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// wrong says what was expected and what was got instead.
func wrong(want string, got any) error { return fmt.Errorf("expected %s; got: %v", want, got) }

// refused is nil when err is one of ours with one of the codes.
func refused(what string, err error, codes ...string) error {
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		return wrong(fmt.Sprintf("%s to be refused by a bridge.Error with code %v", what, codes), err)
	}
	for _, c := range codes {
		if e.Code == c {
			return nil
		}
	}
	return wrong(fmt.Sprintf("%s to be refused with code %v", what, codes), fmt.Sprintf("code %q (%v)", e.Code, err))
}

// sample is n bytes that repeat at no length a store would cut at, and differ by seed.
func sample(seed byte, n int64) []byte {
	b := make([]byte, n)
	x := uint32(seed) + 1
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

func crcOf(b []byte) checksum.CRC { return checksum.Of(checksum.Update(0, b)) }

func md5Of(b []byte) []byte {
	sum := md5.Sum(b) //nolint:gosec // as above
	return sum[:]
}

// put writes body in one request, without a precondition of its own.
func put(ctx context.Context, w dataset.Writer, write dataset.Write, body []byte) (dataset.Object, error) {
	write.Size = int64(len(body))
	return w.Put(ctx, write, bytes.NewReader(body))
}

// read reads a range to its end.
func read(ctx context.Context, r dataset.Reader, o dataset.Object, offset, length int64) ([]byte, error) {
	body, err := r.Open(ctx, o, offset, length)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

// holds is nil when the store holds exactly body under the object, by its own account and by its bytes.
func (s *scratch) holds(ctx context.Context, o dataset.Object, body []byte) error {
	if o.Size != int64(len(body)) {
		return wrong(fmt.Sprintf("%q to have %d bytes", o.Name, len(body)), o.Size)
	}
	if !o.CRC32C.Agree(crcOf(body)) {
		return wrong(fmt.Sprintf("%q to have the CRC32C %s", o.Name, crcOf(body)), o.CRC32C)
	}
	if o.MD5 != nil && !bytes.Equal(o.MD5, md5Of(body)) {
		return wrong(fmt.Sprintf("%q to have the MD5 %x", o.Name, md5Of(body)), fmt.Sprintf("%x", o.MD5))
	}
	got, err := read(ctx, s.Reader, o, 0, o.Size)
	if err != nil {
		return wrong(fmt.Sprintf("%q to be read", o.Name), err)
	}
	if !bytes.Equal(got, body) {
		return wrong(fmt.Sprintf("%q to hold the bytes that were written", o.Name), fmt.Sprintf("%d bytes with CRC32C %s", len(got), crcOf(got)))
	}
	return nil
}

// isNow is nil when the store, asked anew, holds exactly body under this name.
func (s *scratch) isNow(ctx context.Context, name string, body []byte) error {
	o, err := s.Reader.Stat(ctx, name)
	if err != nil {
		return wrong(fmt.Sprintf("%q to be there", name), err)
	}
	return s.holds(ctx, o, body)
}

// isGone is nil when nothing is under this name.
func (s *scratch) isGone(ctx context.Context, name string) error {
	_, err := s.Reader.Stat(ctx, name)
	if err := refused(fmt.Sprintf("Stat of %q, which shall not be there,", name), err, dataset.CodeNotFound); err != nil {
		return err
	}
	objects, err := s.list(ctx, dataset.Query{Prefix: name})
	if err == nil && len(objects) > 0 && objects[0].Name == name {
		err = wrong(fmt.Sprintf("%q not to be listed", name), objects[0])
	}
	return err
}

func (s *scratch) list(ctx context.Context, q dataset.Query) ([]dataset.Object, error) {
	var all []dataset.Object
	for o, err := range s.Reader.List(ctx, q) {
		if err != nil {
			return all, err
		}
		all = append(all, o)
	}
	return all, nil
}

func names(objects []dataset.Object) []string {
	out := make([]string, len(objects))
	for i, o := range objects {
		out[i] = o.Name
	}
	return out
}
