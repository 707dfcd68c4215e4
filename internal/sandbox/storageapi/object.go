package storageapi

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"maps"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/checksum"
)

// object is one generation of an object. It is never changed: a change of its metadata is another object with the same generation.
type object struct {
	name                       string
	generation, metageneration int64
	content                    content
	crc                        uint32
	md5                        []byte // nil of a composite
	components                 int    // of a composite
	created, updated           time.Time
	noncurrent                 time.Time // since when it is not the live one
	softDeleted, hardDelete    time.Time
	about                      *about
}

// about is what the writer says of an object.
type about struct {
	ContentType        string            `json:"contentType,omitempty"`
	ContentEncoding    string            `json:"contentEncoding,omitempty"`
	ContentLanguage    string            `json:"contentLanguage,omitempty"`
	ContentDisposition string            `json:"contentDisposition,omitempty"`
	CacheControl       string            `json:"cacheControl,omitempty"`
	StorageClass       string            `json:"storageClass,omitempty"`
	CustomTime         string            `json:"customTime,omitempty"`
	Metadata           map[string]string `json:"metadata,omitempty"`
}

func (o *object) clone() *object {
	out := *o
	return &out
}

// fresh is a copy that is nobody's past.
func (o *object) fresh() *object {
	var never time.Time
	out := o.clone()
	out.noncurrent, out.softDeleted, out.hardDelete = never, never, never
	return out
}

// over says that a soft-deleted object is gone by now.
func (o *object) over(now time.Time) bool { return !o.hardDelete.IsZero() && !now.Before(o.hardDelete) }

func (o *object) etag() string {
	b := binary.AppendUvarint([]byte{0x08}, uint64(o.generation))
	b = binary.AppendUvarint(append(b, 0x10), uint64(o.metageneration))
	return base64.StdEncoding.EncodeToString(b) // a message of two numbers, as Google's is
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// appendJSON writes the object as a resource, those fields of it that the mask has.
func (o *object) appendJSON(b []byte, base, bucket string, m mask) []byte {
	generation := strconv.FormatInt(o.generation, 10)
	j := &jsonObject{b: append(b, '{'), mask: m}
	path := func() string { return base + "/storage/v1/b/" + bucket + "/o/" + escape(o.name) }
	j.text("kind", "storage#object")
	j.text("id", bucket+"/"+o.name+"/"+generation)
	if m.has("selfLink") {
		j.text("selfLink", path())
	}
	if m.has("mediaLink") {
		j.text("mediaLink", base+"/download"+path()[len(base):]+"?generation="+generation+"&alt=media")
	}
	j.text("name", o.name)
	j.text("bucket", bucket)
	j.text("generation", generation)
	j.text("metageneration", strconv.FormatInt(o.metageneration, 10))
	j.text("contentType", o.about.ContentType)
	j.text("storageClass", o.about.StorageClass)
	j.text("size", strconv.FormatInt(o.content.size, 10))
	if o.md5 != nil {
		j.text("md5Hash", base64.StdEncoding.EncodeToString(o.md5))
	}
	j.text("crc32c", checksum.Of(o.crc).String())
	j.text("etag", o.etag())
	j.time("timeCreated", o.created)
	j.time("updated", o.updated)
	j.time("timeFinalized", o.created)
	j.time("timeStorageClassUpdated", o.created)
	j.time("timeDeleted", o.noncurrent)
	j.time("softDeleteTime", o.softDeleted)
	j.time("hardDeleteTime", o.hardDelete)
	if o.components > 0 && m.has("componentCount") {
		j.raw("componentCount", strconv.Itoa(o.components))
	}
	j.text("contentEncoding", o.about.ContentEncoding)
	j.text("contentLanguage", o.about.ContentLanguage)
	j.text("contentDisposition", o.about.ContentDisposition)
	j.text("cacheControl", o.about.CacheControl)
	j.text("customTime", o.about.CustomTime)
	if len(o.about.Metadata) > 0 && m.has("metadata") {
		text, _ := json.Marshal(o.about.Metadata) // strings always encode
		j.raw("metadata", string(text))
	}
	return append(j.b, '}')
}

// jsonObject writes the fields of a mask, those that are not empty. It is by hand because a page has 1,000 objects.
type jsonObject struct {
	b    []byte
	mask mask
}

func (j *jsonObject) raw(name, value string) {
	if j.b[len(j.b)-1] != '{' {
		j.b = append(j.b, ',')
	}
	j.b = append(append(append(append(j.b, '"'), name...), '"', ':'), value...)
}

func (j *jsonObject) text(name, value string) {
	if value != "" && j.mask.has(name) {
		j.raw(name, quote(value))
	}
}

func (j *jsonObject) time(name string, t time.Time) {
	if !t.IsZero() && j.mask.has(name) {
		j.raw(name, `"`+stamp(t)+`"`)
	}
}

// quote is a JSON string.
func quote(s string) string {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			text, _ := json.Marshal(s) // a string always encodes
			return string(text)
		}
	}
	return `"` + s + `"`
}

// patched is what the writer says after a patch: null takes a field away, a map's keys are patched one by one; with replace, what the
// patch does not name goes.
func (a *about) patched(patch map[string]json.RawMessage, replace bool) (*about, error) {
	old := map[string]json.RawMessage{}
	text, _ := json.Marshal(a) // strings and a map of strings always encode
	_ = json.Unmarshal(text, &old)
	if replace {
		old = map[string]json.RawMessage{"storageClass": old["storageClass"]}
	}
	for name, value := range patch {
		if name == "metadata" && string(value) != "null" && !replace {
			merged, err := merge(a.Metadata, value)
			if err != nil {
				return nil, err
			}
			old[name] = merged
			continue
		}
		old[name] = value
	}
	text, err := json.Marshal(old)
	if err != nil {
		return nil, err
	}
	var out about
	return &out, json.Unmarshal(text, &out)
}

func merge(old map[string]string, patch json.RawMessage) (json.RawMessage, error) {
	var changes map[string]*string
	if err := json.Unmarshal(patch, &changes); err != nil {
		return nil, err
	}
	out := maps.Clone(old)
	if out == nil {
		out = map[string]string{}
	}
	for name, value := range changes {
		if value == nil {
			delete(out, name)
		} else {
			out[name] = *value
		}
	}
	return json.Marshal(out)
}
