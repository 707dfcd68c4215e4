package manifest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// appendEntry writes an entry as encoding/json would, without its closing brace, and without reflection: a million of them are written
// by one run.
func appendEntry(b []byte, e *dataset.Entry) ([]byte, error) {
	b, err := appendString(append(b, `{"name":`...), e.Name)
	if err != nil {
		return nil, err
	}
	b = strconv.AppendInt(append(b, `,"size":`...), e.Size, 10)
	b = appendCRC(append(b, `,"crc32c":`...), e.CRC32C)
	if len(e.MD5) > 0 {
		b = append(base64.StdEncoding.AppendEncode(append(b, `,"md5":"`...), e.MD5), '"')
	}
	if e.ChunkSize != 0 {
		b = strconv.AppendInt(append(b, `,"chunk_size":`...), e.ChunkSize, 10)
	}
	if b, err = appendChunks(b, e); err != nil {
		return nil, err
	}
	if b, err = appendString(append(b, `,"proof":`...), string(e.Proof)); err != nil {
		return nil, err
	}
	s, t := &e.Source, &e.Target
	if b, err = appendHeld(append(b, `,"source":{`...), s.Version, s.ETag, s.Modified, string(s.Kind)); err != nil {
		return nil, err
	}
	if b, err = appendHeld(append(b, `},"target":{`...), t.Version, t.ETag, t.Modified, ""); err != nil {
		return nil, err
	}
	b = appendTime(append(b, `},"copied":`...), e.Copied)
	return appendString(append(b, `,"run":`...), e.Run)
}

func appendChunks(b []byte, e *dataset.Entry) ([]byte, error) {
	open := `,"chunks":[`
	for _, c := range e.Chunks {
		b = appendCRC(append(b, open...), c)
		open = ","
	}
	if len(e.Chunks) > 0 {
		b = append(b, ']')
	}
	open = `,"refs":[`
	var err error
	for _, r := range e.Refs {
		if b, err = appendString(append(b, open...), r); err != nil {
			return nil, err
		}
		open = ","
	}
	if len(e.Refs) > 0 {
		b = append(b, ']')
	}
	return b, nil
}

// appendHeld writes the fields of an Origin or a Held that are not empty.
func appendHeld(b []byte, version, etag string, modified time.Time, kind string) ([]byte, error) {
	var err error
	comma := ""
	for _, f := range [...]struct{ key, value string }{{`"version":`, version}, {`"etag":`, etag}} {
		if f.value == "" {
			continue
		}
		if b, err = appendString(append(append(b, comma...), f.key...), f.value); err != nil {
			return nil, err
		}
		comma = ","
	}
	if !modified.IsZero() {
		b = appendTime(append(append(b, comma...), `"modified":`...), modified)
		comma = ","
	}
	if kind == "" {
		return b, nil
	}
	return appendString(append(append(b, comma...), `"kind":`...), kind)
}

// appendString refuses what is not UTF-8: JSON cannot say it.
func appendString(b []byte, s string) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			return jsontext.AppendQuote(b, s)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"'), nil
}

func appendCRC(b []byte, c checksum.CRC) []byte {
	if !c.Known {
		return append(b, `""`...)
	}
	var raw [4]byte
	binary.BigEndian.PutUint32(raw[:], c.Sum)
	return append(base64.StdEncoding.AppendEncode(append(b, '"'), raw[:]), '"')
}

func appendTime(b []byte, t time.Time) []byte {
	return append(t.UTC().AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
}

// appendHeader writes the header without its closing brace.
func appendHeader(b []byte, h Header) ([]byte, error) {
	h.Manifest, h.At, h.Created = Version, h.At.UTC(), h.Created.UTC()
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return append(b, text[:len(text)-1]...), nil
}
