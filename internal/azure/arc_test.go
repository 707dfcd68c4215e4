package azure

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
)

const arcKey = "this-is-the-agents-key"

// agent is an Arc agent: it challenges with realm, and grants to whoever brings the key.
func agent(t testing.TB, realm string, answer http.HandlerFunc) *server {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Basic "+arcKey {
			if realm != "" {
				w.Header().Set("WWW-Authenticate", realm)
			}
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		answer(w, r)
	})
}

func arcSource(t testing.TB, endpoint, tokens string, s Settings) *ArcSource {
	t.Helper()
	d := deps(map[string]string{"IDENTITY_ENDPOINT": endpoint})
	d.ArcTokens = tokens
	source, err := NewArc(d, s)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// keyDir is the agent's directory, with the key in it.
func keyDir(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tokens")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "a.key"), arcKey)
	return dir
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestArc(t *testing.T) {
	t.Parallel()
	dir := keyDir(t)
	s := agent(t, "Basic realm="+filepath.Join(dir, "a.key"), granted(t, noon.Add(time.Hour)))
	source := arcSource(t, s.URL+"/metadata/identity/oauth2/token", dir, Settings{})
	got, err := source.Assertion(t.Context(), bridge.AssertionRequest{})
	if err != nil || got.Subject != objectID {
		t.Fatalf("got %v, %v", got.Subject, err)
	}
	if s.count() != 2 {
		t.Errorf("asked %d times", s.count())
	}
	for _, r := range s.asked {
		if diff := cmp.Diff(url.Values{"api-version": {"2020-06-01"}, "resource": {TokenExchangeResource}}, r.URL.Query()); diff != "" || r.Header.Get("Metadata") != "true" {
			t.Errorf("asked %s\n%s", r.URL, diff)
		}
	}
	if source.Describe() != "managed identity of this machine, from the Azure Arc agent at "+s.Listener.Addr().String() {
		t.Errorf("Describe: %q", source.Describe())
	}
}

// The path in the challenge comes from whoever holds the port. DIR stands for the agent's directory.
func TestArcChallengeAttacks(t *testing.T) {
	t.Parallel()
	const outside = "the Arc agent's challenge names a file outside DIR"
	const unclean = "the Arc agent's challenge names no clean absolute path"
	const escape = "the Arc agent's challenge names a link that leads out of DIR"
	const suffix = "the Arc agent's challenge names a file that is not a .key file"
	const form = "the Arc agent's challenge is not of the form Basic realm=FILE"
	const hint = "it may not be the Azure Arc agent"
	for name, test := range map[string]struct {
		challenge, text string
		hint            string
		kind            bridge.Kind
		code            string
	}{
		"none":             {"", "the Arc agent's answer has no www-authenticate header", hint, bridge.Denied, "arc_challenge_refused"},
		"bearer":           {"Bearer realm=DIR/a.key", form, hint, bridge.Denied, "arc_challenge_refused"},
		"no realm":         {"Basic", form, hint, bridge.Denied, "arc_challenge_refused"},
		"relative":         {"Basic realm=a.key", unclean, hint, bridge.Denied, "arc_challenge_refused"},
		"empty":            {"Basic realm=", unclean, hint, bridge.Denied, "arc_challenge_refused"},
		"traversal":        {"Basic realm=DIR/../outside.key", unclean, hint, bridge.Denied, "arc_challenge_refused"},
		"traversal inside": {"Basic realm=DIR/x/../a.key", unclean, hint, bridge.Denied, "arc_challenge_refused"},
		"double slash":     {"Basic realm=DIR//a.key", unclean, hint, bridge.Denied, "arc_challenge_refused"},
		"elsewhere":        {"Basic realm=/etc/ssl/server.key", outside, hint, bridge.Denied, "arc_challenge_refused"},
		"shadow":           {"Basic realm=/etc/shadow", outside, hint, bridge.Denied, "arc_challenge_refused"},
		"prefix":           {"Basic realm=DIR-evil/a.key", outside, hint, bridge.Denied, "arc_challenge_refused"},
		"below":            {"Basic realm=DIR/sub/a.key", outside, hint, bridge.Denied, "arc_challenge_refused"},
		"the directory":    {"Basic realm=DIR", outside, hint, bridge.Denied, "arc_challenge_refused"},
		"not a key":        {"Basic realm=DIR/a.txt", suffix, hint, bridge.Denied, "arc_challenge_refused"},
		"key.txt":          {"Basic realm=DIR/a.key.txt", suffix, hint, bridge.Denied, "arc_challenge_refused"},
		"only a suffix":    {"Basic realm=DIR/.key", suffix, hint, bridge.Denied, "arc_challenge_refused"},
		"two realms":       {"Basic realm=DIR/a.key, Basic realm=/etc/shadow", outside, hint, bridge.Denied, "arc_challenge_refused"},
		"link out":         {"Basic realm=DIR/out.key", escape, hint, bridge.Denied, "arc_challenge_refused"},
		"relative link":    {"Basic realm=DIR/up.key", escape, hint, bridge.Denied, "arc_challenge_refused"},
		"a directory":      {"Basic realm=DIR/dir.key", "the Arc agent's challenge names something that is not a regular file", hint, bridge.Denied, "arc_challenge_refused"},
		"too large":        {"Basic realm=DIR/large.key", "the Arc agent's challenge names a file of more than 4096 bytes", hint, bridge.Denied, "arc_challenge_refused"},
		"two lines":        {"Basic realm=DIR/lines.key", "the Arc agent's challenge names a file that is not one line of text", hint, bridge.Denied, "arc_challenge_refused"},
		"absent":           {"Basic realm=DIR/gone.key", "the Arc agent's key file does not exist", "is visible here", bridge.Usage, "arc_key_unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := keyDir(t)
			write(t, filepath.Join(dir, "..", "outside.key"), "secret of another")
			write(t, filepath.Join(dir, "large.key"), strings.Repeat("k", 4097))
			write(t, filepath.Join(dir, "lines.key"), "a\r\nX-Injected: 1")
			write(t, filepath.Join(dir, "a.txt"), "t")
			for link, target := range map[string]string{"out.key": filepath.Join(dir, "..", "outside.key"), "up.key": "../outside.key"} {
				if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Mkdir(filepath.Join(dir, "dir.key"), 0o700); err != nil {
				t.Fatal(err)
			}
			s := agent(t, strings.ReplaceAll(test.challenge, "DIR", dir), granted(t, noon.Add(time.Hour)))
			_, err := arcSource(t, s.URL, dir, Settings{}).Assertion(t.Context(), bridge.AssertionRequest{})
			want{kind: test.kind, code: test.code, text: strings.ReplaceAll(test.text, "DIR", dir), hint: test.hint}.check(t, err)
			if s.count() != 1 {
				t.Error("something was sent back to the agent")
			}
		})
	}
}

// The agent's directory itself may be a link, and a link within it is the agent's own affair.
func TestArcHarmlessLinks(t *testing.T) {
	t.Parallel()
	dir := keyDir(t)
	alias := filepath.Join(t.TempDir(), "alias")
	if err := os.Symlink(dir, alias); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.key", filepath.Join(dir, "b.key")); err != nil {
		t.Fatal(err)
	}
	s := agent(t, `Basic realm="`+filepath.Join(alias, "b.key")+`"`, granted(t, noon.Add(time.Hour)))
	if _, err := arcSource(t, s.URL, alias, Settings{}).Assertion(t.Context(), bridge.AssertionRequest{}); err != nil {
		t.Error(err)
	}
}

func TestArcRefusals(t *testing.T) {
	t.Parallel()
	dir := keyDir(t)
	realm := "Basic realm=" + filepath.Join(dir, "a.key")
	open := serve(t, granted(t, noon.Add(time.Hour)))
	_, err := arcSource(t, open.URL, dir, Settings{}).Assertion(t.Context(), bridge.AssertionRequest{})
	want{
		kind: bridge.Unreachable, code: "arc_unchallenged", hint: "emulator",
		text: open.Listener.Addr().String() + " answered 200 without asking for proof of local rights, as the Arc agent does",
	}.check(t, err)

	down := serve(t, saysJSON(503, "{}"))
	_, err = arcSource(t, down.URL, dir, Settings{}).Assertion(t.Context(), bridge.AssertionRequest{})
	want{kind: bridge.Unreachable, code: "http_503", text: down.Listener.Addr().String() + " answered 503 and gave no reason", hint: "far side", retry: true}.check(t, err)

	stale := agent(t, realm, saysJSON(401, `{"error":"unauthorized_client","error_description":"Invalid credentials"}`))
	_, err = arcSource(t, stale.URL, dir, Settings{}).Assertion(t.Context(), bridge.AssertionRequest{})
	want{kind: bridge.Denied, code: "unauthorized_client", text: "Invalid credentials"}.check(t, err)

	_, err = NewArc(deps(nil), Settings{Endpoint: "https://arc.example/"})
	want{
		kind: bridge.Usage, code: "endpoint_refused", hint: "use http://127.0.0.1:40342",
		text: "the Arc endpoint arc.example is not on this machine, and would be handed the agent's key",
	}.check(t, err)
}

// An old agent ignores the selector and gives the machine's own identity.
func TestArcConfirmsTheIdentity(t *testing.T) {
	t.Parallel()
	dir := keyDir(t)
	s := agent(t, "Basic realm="+filepath.Join(dir, "a.key"), granted(t, noon.Add(time.Hour)))
	for _, settings := range []Settings{{ClientID: clientID}, {ObjectID: strings.ToUpper(objectID)}} {
		if _, err := arcSource(t, s.URL, dir, settings).Assertion(t.Context(), bridge.AssertionRequest{}); err != nil {
			t.Error(err)
		}
	}
	_, err := arcSource(t, s.URL, dir, Settings{ClientID: tenantID}).Assertion(t.Context(), bridge.AssertionRequest{})
	want{kind: bridge.Denied, code: "identity_unconfirmed", text: fmt.Sprintf("the Arc agent did not confirm that the token is of managed identity %s", tenantID), hint: "update the agent"}.check(t, err)
}
