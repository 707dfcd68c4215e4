package files

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/dataset"
)

var errListing = errors.New("not the XML of a listing")

// name is a name in a listing, percent-encoded when XML cannot hold it.
type name struct {
	Encoded bool   `xml:"Encoded,attr"`
	Text    string `xml:",chardata"`
}

func (n name) plain() (string, error) {
	if !n.Encoded {
		return n.Text, nil
	}
	return url.PathUnescape(n.Text)
}

// listed is one file or directory of a page.
type listed struct {
	Name       name `xml:"Name"`
	Properties struct {
		Size     int64  `xml:"Content-Length"`
		Modified string `xml:"Last-Modified"`
		ETag     string `xml:"Etag"`
	} `xml:"Properties"`
}

// page is one answer of List Directories and Files.
type page struct {
	XMLName     xml.Name `xml:"EnumerationResults"`
	Files       []listed `xml:"Entries>File"`
	Directories []listed `xml:"Entries>Directory"`
	Next        string   `xml:"NextMarker"`
}

// decode reads an answer's XML, behind the byte order mark that Storage begins with.
func decode(r io.Reader, out any) error {
	in := bufio.NewReader(r)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = in.Discard(3)
	}
	return xml.NewDecoder(in).Decode(out)
}

// entries are a page's: files, and directories that end in a slash. Their names are those in the directory.
func (p page) entries() ([]dataset.Object, error) {
	out := make([]dataset.Object, 0, len(p.Files)+len(p.Directories))
	for _, f := range p.Files {
		o := dataset.Object{Size: f.Properties.Size, ETag: quoted(f.Properties.ETag)}
		var err, timeErr error
		o.Name, err = f.Name.plain()
		o.Modified, timeErr = http.ParseTime(f.Properties.Modified)
		if err != nil || timeErr != nil || o.Size < 0 || !proper(o.Name) {
			return nil, errListing
		}
		out = append(out, o)
	}
	for _, d := range p.Directories {
		n, err := d.Name.plain()
		if err != nil || !proper(n) {
			return nil, errListing
		}
		out = append(out, dataset.Object{Name: n + "/"})
	}
	return out, nil
}

// proper says whether it is the name of one file or directory, and no path.
func proper(n string) bool { return n != "" && n != "." && n != ".." && !strings.Contains(n, "/") }
