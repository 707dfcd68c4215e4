package metadata

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"html"
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// snapshot is one identity, laid out. A new one takes its place whole; changed tells those who wait.
type snapshot struct {
	id      Identity
	tree    *node
	changed chan struct{}
}

// SetIdentity replaces what the door says about itself, also while it serves; wait_for_change requests see it.
func (s *Server) SetIdentity(id Identity) {
	if len(id.Scopes) == 0 {
		id.Scopes = []string{CloudPlatform}
	}
	id.Scopes = slices.Clone(id.Scopes)
	old := s.values.Swap(&snapshot{id: id, tree: id.tree(), changed: make(chan struct{})})
	if old != nil {
		close(old.changed)
	}
}

// learned notes the principal of direct mode, which only the far shore can tell.
func (s *Server) learned(p bridge.Principal) {
	cur := s.values.Load()
	if p == "" || cur.id.email() != "" {
		return
	}
	id := cur.id
	id.Principal = p
	if s.values.CompareAndSwap(cur, &snapshot{id: id, tree: id.tree(), changed: make(chan struct{})}) {
		close(cur.changed)
	}
}

// learn takes a lease to find out who we are, when nobody has said so.
func (s *Server) learn(ctx context.Context) error {
	if s.values.Load().id.email() != "" {
		return nil
	}
	lease, err := s.o.Leaser.Lease(ctx, bridge.LeaseRequest{})
	if err != nil {
		return err
	}
	s.learned(lease.Principal)
	return nil
}

// knows says whether the account in a path is ours.
func (s *Server) knows(ctx context.Context, name string) bool {
	if name == "default" {
		return true
	}
	if s.learn(ctx) != nil {
		return false
	}
	return name != "" && name == s.values.Load().id.email()
}

// above answers for the paths above the values.
func (s *Server) above(w http.ResponseWriter, r *http.Request) outcome {
	switch r.URL.Path {
	case "/":
		return s.write(w, classValue, s.header.text, []byte("computeMetadata/\n"), noTime)
	case "/computeMetadata/":
		return s.write(w, classValue, s.header.text, []byte("v1/\n"), noTime)
	case "/computeMetadata", "/computeMetadata/v1":
		return s.redirect(w, r)
	}
	return s.unknown(w, r)
}

// value answers for a value or a directory of values.
func (s *Server) value(w http.ResponseWriter, r *http.Request, caller *peer, path string) outcome {
	if strings.HasPrefix(path+"/", accountsPath) {
		if err := s.learn(r.Context()); err != nil {
			return s.failure(w, r, caller, classValue, err)
		}
	}
	name, slash := strings.CutSuffix(path, "/")
	cur := s.values.Load()
	n := cur.tree.find(name)
	switch {
	case n == nil || n.minted || slash && n.kind != isDirectory:
		return s.unknown(w, r)
	case n.kind == isDirectory && !slash && path != "":
		return s.redirect(w, r)
	}
	if truth(r.URL.RawQuery, "wait_for_change") {
		return s.waitForChange(w, r, name)
	}
	a, bad := say(n, r.URL.RawQuery)
	if bad != nil {
		return s.bad(w, bad.text)
	}
	return s.say(w, a)
}

// said is a value in the form that was asked for.
type said struct {
	body []byte
	json bool
	etag string
}

// say puts a value into the form that the query asks for: recursive directories are JSON unless text is asked for, all
// else is text unless JSON is.
func say(n *node, query string) (said, *no) {
	alt, hasAlt := param(query, "alt")
	if hasAlt && alt != "json" && alt != "text" {
		return said{}, &no{text: "alt must be json or text"}
	}
	recursive := truth(query, "recursive")
	if n.kind == isDirectory && !recursive && hasAlt {
		return said{}, &no{text: "alt needs recursive=true when a directory is asked for"}
	}
	a := said{json: alt == "json" || n.kind == isDirectory && recursive && alt != "text"}
	switch {
	case a.json:
		a.body = n.appendJSON(nil)
	case n.kind == isDirectory && recursive:
		var b strings.Builder
		n.lines(&b, "")
		a.body = []byte(b.String())
	case n.kind == isDirectory:
		a.body = []byte(n.listing())
	default:
		a.body = []byte(n.plain())
	}
	sum := sha256.Sum256(a.body)
	a.etag = hex.EncodeToString(sum[:8])
	return a, nil
}

func (s *Server) say(w http.ResponseWriter, a said) outcome {
	w.Header()["ETag"] = []string{a.etag}
	contentType := s.header.text
	if a.json {
		contentType = s.header.json
	}
	return s.write(w, classValue, contentType, a.body, noTime)
}

// redirect sends a directory's name to the directory, as the real server does.
func (s *Server) redirect(w http.ResponseWriter, r *http.Request) outcome {
	path := r.URL.EscapedPath() + "/"
	to := "http://" + r.Host + path
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	h := w.Header()
	h["Location"] = []string{to}
	h["Content-Type"] = []string{"text/html"}
	w.WriteHeader(http.StatusMovedPermanently)
	_, _ = w.Write([]byte(html.EscapeString(path) + "\n"))
	return outcome{class: classValue, status: http.StatusMovedPermanently}
}

func (s *Server) unknown(w http.ResponseWriter, r *http.Request) outcome {
	s.page(w, http.StatusNotFound, "The requested URL <code>"+html.EscapeString(r.URL.Path)+"</code> was not found on this server.")
	return outcome{class: classUnknown, status: http.StatusNotFound}
}

func (s *Server) bad(w http.ResponseWriter, text string) outcome {
	s.page(w, http.StatusBadRequest, "Your client has issued a malformed or illegal request: "+html.EscapeString(text)+".")
	return outcome{class: classValue, status: http.StatusBadRequest}
}
