package googleapi

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// serveMetadata is the metadata server of the world's Google machine, as a workload on it sees it.
func (a *API) serveMetadata(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("Metadata-Flavor", "Google")
	h.Set("Server", "Metadata Server for VM")
	h.Set("X-XSS-Protection", "0")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	switch {
	case r.Header.Get("X-Forwarded-For") != "":
		plain(rw, http.StatusForbidden, "Requests with X-Forwarded-For are not allowed.\n")
	case r.URL.Path == "/":
		plain(rw, http.StatusOK, "computeMetadata/\n")
	case r.Header.Get("Metadata-Flavor") != "Google":
		plain(rw, http.StatusForbidden, "Missing Metadata-Flavor:Google header.\n")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		plain(rw, http.StatusMethodNotAllowed, "Only GET and HEAD are allowed.\n")
	default:
		a.metadataValue(rw, r)
	}
}

func (a *API) metadataValue(rw http.ResponseWriter, r *http.Request) {
	machine := a.world.Instance()
	account, err := a.world.ServiceAccount(machine.Account)
	project, perr := a.world.Project(machine.ProjectID)
	key, ok := strings.CutPrefix(r.URL.Path, "/computeMetadata/v1")
	if err != nil || perr != nil || !ok {
		plain(rw, http.StatusNotFound, "Not found\n")
		return
	}
	key = strings.Replace(key, "/service-accounts/"+account.Email, "/service-accounts/default", 1)
	switch strings.TrimSuffix(key, "/") {
	case "/instance/service-accounts/default/token":
		a.metadataToken(rw, r, machine, account)
		return
	case "/instance/service-accounts/default/identity":
		a.metadataIdentity(rw, r, machine, account, project)
		return
	}
	if r.URL.Query().Get("wait_for_change") == "true" {
		rw = &patient{rw, r}
	}
	serveTree(rw, r, metadataTree(machine, account, project), strings.Trim(key, "/"))
}

// patient holds an answer back that the caller has already: nothing on this machine ever changes, so it waits out
// timeout_sec, or until the caller goes away.
type patient struct {
	http.ResponseWriter
	r *http.Request
}

func (p *patient) WriteHeader(status int) {
	query := p.r.URL.Query()
	if last := query.Get("last_etag"); status == http.StatusOK && (last == "" || last == p.Header().Get("Etag")) {
		var timeout <-chan time.Time
		if seconds, err := strconv.Atoi(query.Get("timeout_sec")); err == nil {
			timer := time.NewTimer(time.Duration(seconds) * time.Second)
			defer timer.Stop()
			timeout = timer.C
		}
		select {
		case <-timeout:
		case <-p.r.Context().Done():
		}
	}
	p.ResponseWriter.WriteHeader(status)
}

// metadataToken gives the machine's own access token. Scopes can narrow it only within what the machine was given.
func (a *API) metadataToken(rw http.ResponseWriter, r *http.Request, machine world.Instance, account world.ServiceAccount) {
	scopes := machine.Scopes
	if asked := r.URL.Query().Get("scopes"); asked != "" {
		scopes = strings.Split(asked, ",")
		if !slices.Contains(machine.Scopes, cloudPlatform) && slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(machine.Scopes, s) }) {
			plain(rw, http.StatusForbidden, "The machine does not have the requested scopes.\n")
			return
		}
	}
	life := time.Hour
	token := a.world.Issue(world.Grant{
		Principal: bridge.Principal(account.Email), Members: []string{"serviceAccount:" + account.Email},
		Scopes: scopes, Expiry: a.world.Now().Add(life), Project: account.ProjectID,
	})
	compact(rw, map[string]any{"access_token": token.Reveal(), "expires_in": int(life.Seconds()) - 1, "token_type": "Bearer"})
}

func (a *API) metadataIdentity(rw http.ResponseWriter, r *http.Request, machine world.Instance, account world.ServiceAccount, project world.Project) {
	audience := r.URL.Query().Get("audience")
	if audience == "" {
		plain(rw, http.StatusBadRequest, "non-empty audience parameter required\n")
		return
	}
	full := r.URL.Query().Get("format") == "full"
	var extra map[string]any
	if full {
		number, _ := strconv.ParseInt(project.Number, 10, 64)
		extra = map[string]any{"google": map[string]any{"compute_engine": map[string]any{
			"project_id": project.ID, "project_number": number, "zone": machine.Zone,
			"instance_id": machine.ID, "instance_name": machine.Name, "instance_creation_timestamp": a.world.Now().Add(-24 * time.Hour).Unix(),
		}}}
	}
	token, err := a.idToken(account, audience, full, extra)
	if err != nil {
		plain(rw, http.StatusInternalServerError, "Internal error\n")
		return
	}
	rw.Header().Set("Content-Type", "text/html")
	_, _ = rw.Write([]byte(token))
}

// metadataTree is everything but the tokens. Directories are maps.
func metadataTree(machine world.Instance, account world.ServiceAccount, project world.Project) map[string]any {
	self := map[string]any{"aliases": []string{"default"}, "email": account.Email, "scopes": machine.Scopes}
	return map[string]any{
		"instance": map[string]any{
			"attributes": map[string]any{}, "id": machine.ID, "name": machine.Name,
			"hostname":         fmt.Sprintf("%s.%s.c.%s.internal", machine.Name, machine.Zone, project.ID),
			"zone":             fmt.Sprintf("projects/%s/zones/%s", project.Number, machine.Zone),
			"service-accounts": map[string]any{"default": self, account.Email: self},
		},
		"project":  map[string]any{"attributes": map[string]any{}, "project-id": project.ID, "numeric-project-id": project.Number},
		"universe": map[string]any{"universe-domain": "googleapis.com", "universe_domain": "googleapis.com"},
	}
}

func serveTree(rw http.ResponseWriter, r *http.Request, tree map[string]any, key string) {
	var node any = tree
	for name := range strings.SplitSeq(key, "/") {
		if name == "" {
			continue
		}
		dir, _ := node.(map[string]any) // nil when it is a value: it holds no name
		if node = dir[name]; node == nil {
			plain(rw, http.StatusNotFound, "The requested URL "+path.Clean(r.URL.Path)+" was not found on this server.\n")
			return
		}
	}
	dir, isDir := node.(map[string]any)
	query := r.URL.Query()
	switch {
	case isDir && !strings.HasSuffix(r.URL.Path, "/"):
		rw.Header().Set("Location", r.URL.Path+"/")
		plain(rw, http.StatusMovedPermanently, r.URL.Path+"/\n")
	case isDir && strings.EqualFold(query.Get("recursive"), "true") || query.Get("alt") == "json":
		compact(rw, node)
	case isDir:
		names := make([]string, 0, len(dir))
		for name, child := range dir {
			if _, ok := child.(map[string]any); ok {
				name += "/"
			}
			names = append(names, name)
		}
		slices.Sort(names)
		plain(rw, http.StatusOK, strings.Join(names, "\n")+"\n")
	default:
		text, ok := node.(string)
		if lines, isList := node.([]string); isList && !ok {
			text = strings.Join(lines, "\n") + "\n"
		}
		plain(rw, http.StatusOK, text)
	}
}

// plain and compact answer a value with its ETag, which is a hash of it.
func plain(rw http.ResponseWriter, status int, text string) {
	value(rw, status, "application/text", []byte(text))
}

func value(rw http.ResponseWriter, status int, kind string, body []byte) {
	sum := fnv.New64a()
	_, _ = sum.Write(body)
	rw.Header().Set("Etag", strconv.FormatUint(sum.Sum64(), 16))
	rw.Header().Set("Content-Type", kind)
	rw.WriteHeader(status)
	_, _ = rw.Write(body)
}
