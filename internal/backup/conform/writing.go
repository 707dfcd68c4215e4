package conform

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

func writing() []Case {
	w := []Need{NeedWriter}
	return []Case{
		{"create only", w, createOnly},
		{"replace only what was seen", w, replaceOnly},
		{"replace what is gone", w, replaceGone},
		{"many create, one wins", w, oneWins},
		{"a wrong CRC32C", w, wrongCRC},
		{"a wrong MD5", w, wrongMD5},
		{"right sums", w, rightSums},
		{"a body that ends early", w, shortBody},
		{"mark, headers and metadata", w, keepsMetadata},
		{"delete only what was seen", w, deleteOnly},
		{"delete what is gone", w, deleteGone},
	}
}

func createOnly(ctx context.Context, s *scratch) error {
	first := sample(10, 1000)
	absent := dataset.Write{Name: s.dir + "a", If: dataset.If{Absent: true}}
	if _, err := put(ctx, s.Writer, absent, first); err != nil {
		return wrong("an object to be created", err)
	}
	_, err := put(ctx, s.Writer, absent, sample(11, 1000))
	if err := refused("creating what is there", err, dataset.CodeExists); err != nil {
		return err
	}
	return s.isNow(ctx, absent.Name, first)
}

func replaceOnly(ctx context.Context, s *scratch) error {
	w := dataset.Write{Name: s.dir + "a"}
	one, err := put(ctx, s.Writer, w, sample(12, 1000))
	if err != nil {
		return wrong("an object to be written", err)
	}
	w.If = dataset.Replaces(one)
	second := sample(13, 1000)
	two, err := put(ctx, s.Writer, w, second)
	if err != nil {
		return wrong("the object that was seen to be replaced", err)
	}
	if two.ETag == one.ETag && two.Version == one.Version {
		return wrong("another ETag or version after a write", two)
	}
	_, err = put(ctx, s.Writer, w, sample(14, 1000)) // still says that it replaces the first
	if err := refused("replacing what was not seen", err, dataset.CodeExists, dataset.CodeChanged); err != nil {
		return err
	}
	return s.isNow(ctx, w.Name, second)
}

func replaceGone(ctx context.Context, s *scratch) error {
	w := dataset.Write{Name: s.dir + "a"}
	o, err := put(ctx, s.Writer, w, sample(15, 10))
	if err != nil {
		return wrong("an object to be written", err)
	}
	if err := s.Writer.Delete(ctx, o); err != nil {
		return wrong("an object to be deleted", err)
	}
	w.If = dataset.Replaces(o)
	_, err = put(ctx, s.Writer, w, sample(16, 10))
	if err := refused("replacing what is gone", err, dataset.CodeExists, dataset.CodeChanged, dataset.CodeNotFound); err != nil {
		return err
	}
	return s.isGone(ctx, w.Name)
}

func oneWins(ctx context.Context, s *scratch) error {
	const writers = 8
	var group sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		group.Go(func() {
			_, errs[i] = put(ctx, s.Writer, dataset.Write{Name: s.dir + "a", If: dataset.If{Absent: true}}, sample(byte(i), 2000))
		})
	}
	group.Wait()
	winner := -1
	for i, err := range errs {
		switch {
		case err != nil:
			if err := refused("creating what another created", err, dataset.CodeExists); err != nil {
				return err
			}
		case winner >= 0:
			return wrong("one of many that create to win", "two")
		default:
			winner = i
		}
	}
	if winner < 0 {
		return wrong("one of many that create to win", "none")
	}
	return s.isNow(ctx, s.dir+"a", sample(byte(winner), 2000))
}

func wrongCRC(ctx context.Context, s *scratch) error {
	body := sample(17, 5000)
	_, err := put(ctx, s.Writer, dataset.Write{Name: s.dir + "a", CRC32C: checksum.Of(crcOf(body).Sum + 1)}, body)
	if err := refused("bytes with another CRC32C", err, dataset.CodeMismatch); err != nil {
		return err
	}
	return s.isGone(ctx, s.dir+"a")
}

func wrongMD5(ctx context.Context, s *scratch) error {
	body := sample(18, 5000)
	_, err := put(ctx, s.Writer, dataset.Write{Name: s.dir + "a", MD5: md5Of(body[1:])}, body)
	if err := refused("bytes with another MD5", err, dataset.CodeMismatch); err != nil {
		return err
	}
	return s.isGone(ctx, s.dir+"a")
}

func rightSums(ctx context.Context, s *scratch) error {
	body := sample(19, 5000)
	o, err := put(ctx, s.Writer, dataset.Write{Name: s.dir + "a", CRC32C: crcOf(body), MD5: md5Of(body)}, body)
	if err != nil {
		return wrong("bytes with their own sums to be written", err)
	}
	return s.holds(ctx, o, body)
}

func shortBody(ctx context.Context, s *scratch) error {
	body := sample(20, 5000)
	_, err := s.Writer.Put(ctx, dataset.Write{Name: s.dir + "a", Size: 5000}, io.MultiReader(bytes.NewReader(body[:4000]), failing{}))
	if err == nil {
		return wrong("an error for a body that ends early", "none")
	}
	return s.isGone(ctx, s.dir+"a")
}

// failing is a body that breaks.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func keepsMetadata(ctx context.Context, s *scratch) error {
	w := dataset.Write{
		Name: s.dir + "a", Origin: "00112233445566778899aabbccddeeff",
		Headers:  dataset.Headers{ContentType: "application/x-tfrecord", CacheControl: "no-transform", ContentLanguage: "de"},
		Metadata: map[string]string{"team": "vision"},
	}
	if _, err := put(ctx, s.Writer, w, sample(21, 10)); err != nil {
		return wrong("an object with metadata to be written", err)
	}
	o, err := s.Reader.Stat(ctx, w.Name)
	if err != nil {
		return wrong("Stat of an object that is there", err)
	}
	listed, err := s.list(ctx, dataset.Query{Prefix: s.dir})
	if err != nil || len(listed) != 1 {
		return wrong("a list of the one object", fmt.Sprint(names(listed), err))
	}
	if o.Headers != w.Headers {
		return wrong(fmt.Sprintf("the headers %+v", w.Headers), fmt.Sprintf("%+v", o.Headers))
	}
	for _, got := range []dataset.Object{o, listed[0]} {
		if got.Metadata[dataset.Mark] != w.Origin || got.Metadata["team"] != "vision" {
			return wrong("the mark and the metadata, from Stat and from List", got.Metadata)
		}
	}
	return nil
}

func deleteOnly(ctx context.Context, s *scratch) error {
	w := dataset.Write{Name: s.dir + "a"}
	one, err := put(ctx, s.Writer, w, sample(22, 100))
	if err != nil {
		return wrong("an object to be written", err)
	}
	w.If = dataset.Replaces(one)
	two, err := put(ctx, s.Writer, w, sample(23, 100))
	if err != nil {
		return wrong("an object to be replaced", err)
	}
	if err := refused("deleting what was not seen", s.Writer.Delete(ctx, one), dataset.CodeChanged); err != nil {
		return err
	}
	if err := s.isNow(ctx, w.Name, sample(23, 100)); err != nil {
		return err
	}
	if err := s.Writer.Delete(ctx, two); err != nil {
		return wrong("the object that was seen to be deleted", err)
	}
	return s.isGone(ctx, w.Name)
}

func deleteGone(ctx context.Context, s *scratch) error {
	o, err := put(ctx, s.Writer, dataset.Write{Name: s.dir + "a"}, sample(24, 100))
	if err != nil {
		return wrong("an object to be written", err)
	}
	if err := s.Writer.Delete(ctx, o); err != nil {
		return wrong("an object to be deleted", err)
	}
	return refused("deleting what is gone", s.Writer.Delete(ctx, o), dataset.CodeNotFound, dataset.CodeChanged)
}
