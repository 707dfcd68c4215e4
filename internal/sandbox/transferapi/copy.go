package transferapi

import (
	"bytes"
	"crypto/md5" //nolint:gosec // what both stores keep
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// copying is the work of an operation.
type copying struct {
	agent   agent
	azure   string        // the token for Blob Storage
	google  bridge.Secret // the one for Cloud Storage
	objects []object
	next    int
}

// object is one object of the source, below its path. Size is -1 of one that is in the manifest and was not found.
type object struct {
	name string
	size int64
}

const blobVersion = "2023-11-03"

// begin gets the tokens and lists what there is to do. It returns nil, with the trouble reported, when it cannot.
func (t *Transfer) begin(o *operation) *copying {
	project, err := t.world.Project(o.job.project)
	if err != nil {
		o.report("NOT_FOUND", "", err.Error())
		return nil
	}
	c := &copying{agent: agentOf(project)}
	c.google = t.googleToken(c.agent, project.ID)
	var code, detail string
	if c.azure, code, detail = t.entra(o.job.spec, c.agent); code != "" {
		o.report(code, o.job.spec.container(), detail)
		return nil
	}
	all, failed := t.list(o.job.spec, c.azure)
	if failed != nil {
		o.report(failed.code(), o.job.spec.container(), failed.detail())
		return nil
	}
	if m := o.job.spec.Manifest; m != nil {
		if all, failed = t.named(m.Location, all, c.google); failed != nil {
			o.report(failed.code(), m.Location, failed.detail())
			return nil
		}
	}
	c.objects = all
	for _, one := range all {
		if one.size >= 0 {
			o.counts.found.add(one.size)
		}
	}
	return c
}

func (s spec) container() string {
	return "https://" + s.Source.Account + ".blob.core.windows.net/" + s.Source.Container
}

// entra exchanges the agent's ID token, as Entra's token endpoint has it.
func (t *Transfer) entra(s spec, a agent) (token, code, detail string) {
	assertion, err := t.idToken(a)
	if err != nil {
		return "", "INTERNAL", err.Error()
	}
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {s.Source.Federated.Client}, "scope": {"https://storage.azure.com/.default"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion},
	}
	resp := t.ask(t.options.Azure, http.MethodPost, "https://login.microsoftonline.com/"+url.PathEscape(s.Source.Federated.Tenant)+"/oauth2/v2.0/token",
		http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()))
	var said struct {
		Token       string `json:"access_token"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(resp.body.Bytes(), &said) != nil || said.Token == "" {
		detail, _, _ = strings.Cut(said.Description, " Trace ID:")
		detail, _, _ = strings.Cut(detail, "\r\n")
		return "", "PERMISSION_DENIED", strings.TrimSpace("Failed to get a token for the Azure application. " + detail)
	}
	return said.Token, "", ""
}

// list is every blob of the source below its path.
func (t *Transfer) list(s spec, token string) ([]object, *answer) {
	var out []object
	for marker := ""; ; {
		query := url.Values{"restype": {"container"}, "comp": {"list"}, "prefix": {s.Source.Path}, "marker": {marker}}
		resp := t.ask(t.options.Azure, http.MethodGet, s.container()+"?"+query.Encode(), blobHeader(token), nil)
		if resp.status != http.StatusOK {
			return nil, resp
		}
		var page struct {
			Blobs []struct {
				Name string
				Size int64 `xml:"Properties>Content-Length"`
			} `xml:"Blobs>Blob"`
			NextMarker string
		}
		if xml.Unmarshal(bytes.TrimPrefix(resp.body.Bytes(), []byte("\xef\xbb\xbf")), &page) != nil {
			return nil, resp
		}
		for _, b := range page.Blobs {
			out = append(out, object{strings.TrimPrefix(b.Name, s.Source.Path), b.Size})
		}
		if marker = page.NextMarker; marker == "" {
			return out, nil
		}
	}
}

// named are the objects that a manifest names, in its order.
func (t *Transfer) named(location string, all []object, token bridge.Secret) ([]object, *answer) {
	bucket, name, _ := strings.Cut(strings.TrimPrefix(location, "gs://"), "/")
	resp := t.ask(t.google, http.MethodGet, "https://storage.googleapis.com/storage/v1/b/"+bucket+"/o/"+url.PathEscape(name)+"?alt=media", bearer(token), nil)
	if resp.status != http.StatusOK {
		return nil, resp
	}
	there := map[string]object{}
	for _, one := range all {
		there[one.name] = one
	}
	lines := csv.NewReader(&resp.body)
	lines.FieldsPerRecord = -1
	var out []object
	for {
		line, err := lines.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, &answer{status: http.StatusBadRequest}
		}
		one, ok := there[line[0]]
		if !ok {
			one = object{line[0], -1}
		}
		out = append(out, one)
	}
}

// copyOne brings one object over, when the bucket does not have the same bytes under its name.
func (t *Transfer) copyOne(o *operation, one object) {
	s, c := o.job.spec, o.copy
	source := s.container() + "/" + escaped(s.Source.Path+one.name)
	fail := func(code, where, detail string) {
		o.counts.failed.add(max(one.size, 0))
		o.report(code, where, detail)
	}
	read := t.ask(t.options.Azure, http.MethodGet, source, blobHeader(c.azure), nil)
	if read.status != http.StatusOK {
		fail(read.code(), source, read.detail())
		return
	}
	data := read.body.Bytes()
	sum := md5.Sum(data) //nolint:gosec // what both stores keep
	target := "gs://" + s.Sink.Bucket + "/" + s.Sink.Path + one.name
	if t.holds(c, s, one, sum[:]) {
		o.counts.skipped.add(int64(len(data)))
		return
	}
	kind, body := upload(s, one, read.header, data, sum[:])
	written := t.ask(t.google, http.MethodPost, "https://storage.googleapis.com/upload/storage/v1/b/"+s.Sink.Bucket+"/o?uploadType=multipart",
		http.Header{"Authorization": bearer(c.google)["Authorization"], "Content-Type": {kind}}, body)
	if written.status != http.StatusOK {
		fail(written.code(), target, written.detail())
		return
	}
	o.counts.copied.add(int64(len(data)))
}

// holds says whether the bucket has the object already: these bytes, or with NEVER any.
func (t *Transfer) holds(c *copying, s spec, one object, sum []byte) bool {
	if s.Options.Overwrite == "ALWAYS" {
		return false
	}
	resp := t.ask(t.google, http.MethodGet, "https://storage.googleapis.com/storage/v1/b/"+s.Sink.Bucket+"/o/"+url.PathEscape(s.Sink.Path+one.name), bearer(c.google), nil)
	var held struct {
		MD5 []byte `json:"md5Hash"`
	}
	return resp.status == http.StatusOK && (s.Options.Overwrite == "NEVER" || json.Unmarshal(resp.body.Bytes(), &held) == nil && bytes.Equal(held.MD5, sum))
}

// upload is an object with its metadata as the body of a multipart upload.
func upload(s spec, one object, h http.Header, data, sum []byte) (kind string, body []byte) {
	about := map[string]any{"name": s.Sink.Path + one.name, "contentType": h.Get("Content-Type"), "md5Hash": base64.StdEncoding.EncodeToString(sum)}
	for field, header := range map[string]string{
		"contentEncoding": "Content-Encoding", "contentLanguage": "Content-Language", "contentDisposition": "Content-Disposition", "cacheControl": "Cache-Control",
	} {
		if value := h.Get(header); value != "" {
			about[field] = value
		}
	}
	metadata := map[string]string{}
	for name := range h {
		if key, ok := strings.CutPrefix(strings.ToLower(name), "x-ms-meta-"); ok {
			metadata[key] = h.Get(name)
		}
	}
	if len(metadata) > 0 {
		about["metadata"] = metadata
	}
	if at, err := http.ParseTime(h.Get("Last-Modified")); err == nil && s.Options.Metadata.TimeCreated == "TIME_CREATED_PRESERVE_AS_CUSTOM_TIME" {
		about["customTime"] = at.UTC().Format(time.RFC3339)
	}
	text, err := json.Marshal(about)
	if err != nil { // our own maps always encode
		panic(err)
	}
	var out bytes.Buffer
	parts := multipart.NewWriter(&out)
	for _, p := range []struct {
		kind string
		data []byte
	}{{"application/json; charset=UTF-8", text}, {"application/octet-stream", data}} {
		w, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {p.kind}})
		if err == nil {
			_, err = w.Write(p.data)
		}
		if err != nil { // a buffer takes everything
			panic(err)
		}
	}
	_ = parts.Close()
	return "multipart/related; boundary=" + strconv.Quote(parts.Boundary()), out.Bytes()
}

func blobHeader(token string) http.Header {
	return http.Header{"Authorization": {"Bearer " + token}, "X-Ms-Version": {blobVersion}}
}

func bearer(token bridge.Secret) http.Header {
	return http.Header{"Authorization": {"Bearer " + token.Reveal()}}
}

// escaped is a name as it stands in a URL's path.
func escaped(name string) string { return (&url.URL{Path: name}).EscapedPath() }
