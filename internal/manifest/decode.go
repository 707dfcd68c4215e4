package manifest

import (
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// readEntry reads an entry up to its sum. The strings of the entry are parts of the line.
func readEntry(s *scan, e *dataset.Entry) {
	s.must(`{"name":`)
	e.Name = s.string()
	s.must(`,"size":`)
	e.Size = s.int()
	s.must(`,"crc32c":`)
	e.CRC32C = s.crc()
	if s.has(`,"md5":`) {
		e.MD5 = s.bytes()
	}
	if s.has(`,"chunk_size":`) {
		e.ChunkSize = s.int()
	}
	if s.has(`,"chunks":[`) {
		e.Chunks = list(s, s.crc)
	}
	if s.has(`,"refs":[`) {
		e.Refs = list(s, s.string)
	}
	s.must(`,"proof":`)
	e.Proof = dataset.Proof(s.string())
	s.must(`,"source":{`)
	readSource(s, &e.Source)
	s.must(`},"target":{`)
	readTarget(s, &e.Target)
	s.must(`},"copied":`)
	e.Copied = s.time()
	s.must(`,"run":`)
	e.Run = s.string()
}

func readSource(s *scan, o *dataset.Origin) {
	comma := ""
	if s.field(&comma, `"version":`) {
		o.Version = s.string()
	}
	if s.field(&comma, `"etag":`) {
		o.ETag = s.string()
	}
	if s.field(&comma, `"modified":`) {
		o.Modified = s.time()
	}
	if s.field(&comma, `"kind":`) {
		o.Kind = dataset.Kind(s.string())
	}
}

func readTarget(s *scan, h *dataset.Held) {
	var o dataset.Origin
	readSource(s, &o)
	h.Version, h.ETag, h.Modified = o.Version, o.ETag, o.Modified
	s.bad = s.bad || o.Kind != ""
}

func list[T any](s *scan, next func() T) []T {
	all := []T{next()}
	for s.has(",") {
		all = append(all, next())
	}
	s.must("]")
	return all
}

// whole is the CRC32C that the chunks of an entry make.
func whole(e *dataset.Entry) checksum.CRC {
	if len(e.Chunks) == 0 {
		return checksum.CRC{}
	}
	l, sum := e.Layout(), uint32(0)
	for i, c := range e.Chunks {
		if !c.Known {
			return checksum.CRC{}
		}
		sum = checksum.Combine(sum, c.Sum, l.Chunk(i, e.Size).Size)
	}
	return checksum.Of(sum)
}
