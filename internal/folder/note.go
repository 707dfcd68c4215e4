package folder

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// note is what a file system does not keep of an object. It is bound to the bytes by size and time of the file.
type note struct {
	Size     int64             `json:"size"`
	Modified int64             `json:"mtime_ns"`
	CRC32C   checksum.CRC      `json:"crc32c"`
	MD5      []byte            `json:"md5,omitempty"`
	Origin   string            `json:"origin,omitempty"`
	Headers  dataset.Headers   `json:"headers,omitzero"`
	Metadata map[string]string `json:"metadata,omitempty"`
}

// maxNote is what every file system with extended attributes holds in one of them. Of longer notes the headers and the metadata that
// came with the object are left out.
const maxNote = 3 << 10

// annotate writes the note on a file whose bytes are written and whose sums are known.
func annotate(file *os.File, w dataset.Write) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	n := note{
		Size: info.Size(), Modified: info.ModTime().UnixNano(), CRC32C: w.CRC32C, MD5: w.MD5,
		Origin: w.Origin, Headers: w.Headers, Metadata: w.Metadata,
	}
	text, err := json.Marshal(n)
	if err == nil && len(text) > maxNote {
		n.Headers, n.Metadata = dataset.Headers{}, nil
		text, err = json.Marshal(n)
	}
	if err != nil {
		return err
	}
	return setNote(file, text)
}

// look is the object in an open directory, without its name.
func look(root *os.Root, name string) (dataset.Object, error) {
	file, err := root.Open(name)
	if err != nil {
		return dataset.Object{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return dataset.Object{}, err
	}
	return object(file, info), nil
}

func object(file *os.File, info fs.FileInfo) dataset.Object {
	o := dataset.Object{Size: info.Size(), ETag: etag(info), Modified: info.ModTime().UTC()}
	var n note
	if text := getNote(file); text == nil || json.Unmarshal(text, &n) != nil || n.Size != o.Size || n.Modified != info.ModTime().UnixNano() {
		return o
	}
	o.CRC32C, o.MD5, o.Headers, o.Metadata = n.CRC32C, n.MD5, n.Headers, maps.Clone(n.Metadata)
	if n.Origin != "" {
		if o.Metadata == nil {
			o.Metadata = map[string]string{}
		}
		o.Metadata[dataset.Mark] = n.Origin
	}
	return o
}

// etag changes when a file is written or replaced.
func etag(info fs.FileInfo) string {
	return fmt.Sprintf("%d-%d-%d", info.Size(), info.ModTime().UnixNano(), inode(info))
}
