package azureapi

import (
	"crypto/rand"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

var arcVersions = []string{"2019-11-01", "2020-06-01"}

// maxChallenges bounds the open challenges and with them the files; the oldest one goes.
const maxChallenges = 32

// challenges are the files that Arc's agent has written and nobody has read back yet. Whoever can read one is on the
// machine and in the right group: that is the whole proof.
type challenges struct {
	mu   sync.Mutex
	open []challenge
}

type challenge struct {
	file   string
	secret bridge.Secret
}

// issue writes a new challenge file and returns its path.
func (c *challenges) issue(dir string) (string, error) {
	next := challenge{file: filepath.Join(dir, world.GUID()+".key"), secret: bridge.NewSecret(rand.Text())}
	if err := os.WriteFile(next.file, []byte(next.secret.Reveal()), 0o600); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = append(c.open, next)
	if len(c.open) > maxChallenges {
		c.drop(0)
	}
	return next.file, nil
}

// answered says whether a challenge was answered with this secret; each counts once.
func (c *challenges) answered(secret string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.open, func(o challenge) bool { return secretIs(secret, o.secret) })
	if i < 0 {
		return false
	}
	c.drop(i)
	return true
}

// drop forgets a challenge and its file; a file that is gone already is no loss.
func (c *challenges) drop(i int) {
	_ = os.Remove(c.open[i].file)
	c.open = slices.Delete(c.open, i, i+1)
}

// Close removes the challenge files that were never answered.
func (a *API) Close() error {
	a.arc.mu.Lock()
	defer a.arc.mu.Unlock()
	for len(a.arc.open) > 0 {
		a.arc.drop(0)
	}
	return nil
}

// serveArc is the agent of a machine that Azure Arc manages: it answers a request with the path of a file, and a
// request that knows the file's content with a token.
func (a *API) serveArc(rw http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	invalid := func(description string) {
		writeJSON(rw, http.StatusBadRequest, oauthProblem{"invalid_request", description})
	}
	switch fault := imdsRefusal(r); {
	case fault != "":
		invalid(fault)
		return
	case r.Method != http.MethodGet:
		writeJSON(rw, http.StatusMethodNotAllowed, map[string]string{"error": "Method not allowed"})
		return
	case !knows(arcVersions, query):
		invalid("Unsupported API version")
		return
	case query.Get("resource") == "":
		invalid("Required query variable 'resource' is missing")
		return
	}
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if scheme != "Basic" || !a.arc.answered(secret) {
		a.challenge(rw, scheme != "")
		return
	}
	// Only the machine's own identity is there; agents of old ignore a selector, and newer ones confirm it in the answer.
	host := a.world.Host(world.HostArc)
	who, found := a.identityOn(world.Host{SystemAssigned: host.SystemAssigned}, nil)
	if found != chosen {
		invalid("Identity not found")
		return
	}
	m, refused := a.managedToken(who, query.Get("resource"))
	if refused != nil {
		a.refuse(rw, r, refused)
		return
	}
	writeJSON(rw, http.StatusOK, imdsAnswerOf(m, who, query.Get("resource")))
}

func (a *API) challenge(rw http.ResponseWriter, wrong bool) {
	file, err := "", os.ErrNotExist
	if a.options.ArcKeys != "" {
		file, err = a.arc.issue(a.options.ArcKeys)
	}
	if err != nil {
		writeJSON(rw, http.StatusInternalServerError, oauthProblem{"unknown_failure", "The challenge file cannot be written"})
		return
	}
	description := "Missing Basic Authorization header"
	if wrong {
		description = "Invalid Basic Authorization header"
	}
	rw.Header().Set("WWW-Authenticate", "Basic realm="+file)
	writeJSON(rw, http.StatusUnauthorized, oauthProblem{"unauthorized_client", description})
}
