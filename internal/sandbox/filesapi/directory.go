package filesapi

import (
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (c *call) createDirectory() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	st, p := c.state()
	if p != nil {
		return p
	}
	dir, _ := split(c.Path)
	switch {
	case c.Path == "" || st.files.at(c.Path) != nil:
		return problem(http.StatusConflict, "ResourceAlreadyExists", "The specified resource already exists.")
	case !st.files.has(dir):
		return noParent()
	}
	at := c.store.tick()
	e := &entry{name: last(c.Path), directory: true, etag: etagOf(at), created: at, modified: at}
	st.files.put(c.Path, e)
	c.smb(e)
	c.rw.WriteHeader(http.StatusCreated)
	return nil
}

// last is the last name of a path, in its own case.
func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// smb writes the headers that an answer about any file or directory has.
func (c *call) smb(e *entry) {
	c.stamped(e.etag, e.modified)
	h := c.rw.Header()
	h.Set("x-ms-file-attributes", attributes(e))
	for _, name := range []string{"creation", "last-write", "change"} {
		at := e.modified
		if name == "creation" {
			at = e.created
		}
		h.Set("x-ms-file-"+name+"-time", at.UTC().Format(stampForm))
	}
	h.Set("x-ms-request-server-encrypted", "true")
}

func attributes(e *entry) string {
	if e.directory {
		return "Directory"
	}
	return "Archive"
}

// directory finds the directory that a call is about; the root has an entry of the moment. The lock must be held.
func (c *call) directory() (*state, *entry, *Problem) {
	st, p := c.state()
	if p != nil {
		return nil, nil, p
	}
	if c.Path == "" {
		return st, &entry{directory: true, etag: st.etag, created: st.time, modified: st.time}, nil
	}
	e := st.files.at(c.Path)
	switch dir, _ := split(c.Path); {
	case e == nil && !st.files.has(dir):
		return nil, nil, noParent()
	case e == nil:
		return nil, nil, nothing()
	case !e.directory:
		return nil, nil, wrongType()
	}
	return st, e, nil
}

func (c *call) directoryProperties() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	_, e, p := c.directory()
	if p != nil {
		return p
	}
	c.smb(e)
	c.rw.WriteHeader(http.StatusOK)
	return nil
}

func (c *call) deleteDirectory() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	st, _, p := c.directory()
	switch {
	case p != nil:
		return p
	case c.Path == "":
		return problem(http.StatusBadRequest, "InvalidInput", "The root directory of a share cannot be deleted.")
	case len(st.files[fold(c.Path)]) > 0:
		return problem(http.StatusConflict, "DirectoryNotEmpty", "The specified directory is not empty.")
	}
	st.files.remove(c.Path)
	c.rw.WriteHeader(http.StatusAccepted)
	return nil
}

type xmlListing struct {
	XMLName   xml.Name   `xml:"EnumerationResults"`
	Endpoint  string     `xml:"ServiceEndpoint,attr"`
	Share     string     `xml:"ShareName,attr"`
	Snapshot  string     `xml:"ShareSnapshot,attr,omitempty"`
	Directory string     `xml:"DirectoryPath,attr"`
	Marker    string     `xml:"Marker,omitempty"`
	Prefix    xmlName    `xml:"Prefix"`
	Most      int        `xml:"MaxResults,omitempty"`
	Entries   []xmlEntry `xml:"Entries>Entry"`
	Next      string     `xml:"NextMarker"`
}

// xmlName is a name; one that XML cannot hold is percent-encoded and says so.
type xmlName struct {
	Encoded string `xml:"Encoded,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func nameOf(text string) xmlName {
	if strings.ContainsAny(text, "\ufffe\uffff") {
		return xmlName{"true", strings.ReplaceAll(url.QueryEscape(text), "+", "%20")}
	}
	return xmlName{Text: text}
}

type xmlEntry struct {
	XMLName    xml.Name // File or Directory
	Name       xmlName  `xml:"Name"`
	Properties struct {
		Size     string `xml:"Content-Length,omitempty"`
		Created  string `xml:"CreationTime,omitempty"`
		Written  string `xml:"LastWriteTime,omitempty"`
		Changed  string `xml:"ChangeTime,omitempty"`
		Modified string `xml:"Last-Modified,omitempty"`
		ETag     string `xml:"Etag,omitempty"`
	} `xml:"Properties"`
	Attributes string `xml:"Attributes,omitempty"`
}

// listDirectory lists one directory without regard to case, as the service does.
func (c *call) listDirectory() *Problem {
	most, p := c.most()
	if p != nil {
		return p
	}
	after, p := c.after()
	if p != nil {
		return p
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	st, _, p := c.directory()
	if p != nil {
		return p
	}
	prefix := c.query.Get("prefix")
	out := xmlListing{
		Endpoint: "https://" + c.Host + "/", Share: c.Share, Snapshot: st.at, Directory: c.Path, Marker: c.query.Get("marker"), Prefix: nameOf(prefix), Most: most,
	}
	entries, end := st.files[fold(c.Path)], ""
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if key <= after || !strings.HasPrefix(key, fold(prefix)) {
			continue
		}
		if len(out.Entries) == most {
			out.Next = marker(end)
			break
		}
		out.Entries, end = append(out.Entries, c.listed(entries[key])), key
	}
	c.writeXML(http.StatusOK, out)
	return nil
}

// listed is an entry with what the query's include asks for.
func (c *call) listed(e *entry) xmlEntry {
	out := xmlEntry{XMLName: xml.Name{Local: "File"}, Name: nameOf(e.name)}
	if e.directory {
		out.XMLName.Local = "Directory"
	} else {
		out.Properties.Size = strconv.FormatInt(e.content.size, 10)
	}
	for _, include := range strings.Split(strings.ToLower(c.query.Get("include")), ",") {
		exact := func(t time.Time) string { return t.UTC().Format(stampForm) }
		switch include {
		case "timestamps":
			out.Properties.Created, out.Properties.Written, out.Properties.Changed = exact(e.created), exact(e.modified), exact(e.modified)
			out.Properties.Modified = e.modified.UTC().Format(http.TimeFormat)
		case "etag":
			out.Properties.ETag = e.etag
		case "attributes":
			out.Attributes = attributes(e)
		}
	}
	return out
}
