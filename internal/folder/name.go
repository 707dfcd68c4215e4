package folder

import (
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

const (
	codeName = "name_refused"
	maxPart  = 255 // bytes of a file's name, on every file system in use
	escaped  = "%="
)

// CheckName implements dataset.Namer.
func (f *Folder) CheckName(name string) error {
	_, err := f.path(name)
	return err
}

// path is where an object lies below the directory. A part of a name that no directory holds (empty, ".", "..", or with a NUL), or
// that looks as if it were one of those, is written as "%=" and its percent-encoding: "a//b" is a/%=/b. A part that would be longer
// than 255 bytes is refused.
func (f *Folder) path(name string) (string, error) {
	if name == "" {
		return "", nameRefused(name, "an empty name is none")
	}
	whole := f.place.Prefix + name
	if apart := strings.HasPrefix(f.place.Prefix, own+"/drill/"); !apart && (whole == own || strings.HasPrefix(whole, own+"/")) {
		return "", nameRefused(name, "lies in "+own+", which is the store's own")
	}
	parts := strings.Split(whole, "/")
	for i, p := range parts {
		if parts[i] = encode(p); len(parts[i]) > maxPart {
			return "", nameRefused(name, "has a part of more than 255 bytes, which no file system here holds")
		}
	}
	return strings.Join(parts, "/"), nil
}

func encode(part string) string {
	switch {
	case part == "." || part == "..":
		return escaped + strings.ReplaceAll(part, ".", "%2E")
	case part == "", strings.HasPrefix(part, escaped), strings.ContainsRune(part, 0):
		return escaped + url.PathEscape(part)
	}
	return part
}

// decode is the reverse of encode. A file that encode would never have named so is called what it is called.
func decode(file string) string {
	rest, ok := strings.CutPrefix(file, escaped)
	if !ok {
		return file
	}
	part, err := url.PathUnescape(rest)
	if err != nil || encode(part) != file {
		return file
	}
	return part
}

func nameRefused(name, why string) *bridge.Error {
	e := refusal(codeName, name, "%s", why)
	e.Hint = "exclude it, or copy it to a bucket"
	return e
}
