package azure

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

const (
	arcKeySize = 4096
	himdsPath  = "/opt/azcmagent/bin/himds"
)

// arcTokens is where the agent puts its challenge files.
func arcTokens(env bridge.Env) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(env("ProgramData"), "AzureConnectedMachineAgent", "Tokens")
	}
	return "/var/opt/azcmagent/tokens"
}

// key reads the challenge file. Its path comes from whoever answers on the agent's port, and its content goes back there:
// were the path not bound, any local program that took the port could read files with our rights. So the file must stand
// directly in the agent's directory, after every link is followed, and be small, regular and named *.key.
func (s *ArcSource) key(challenge string) (string, error) {
	if challenge == "" {
		return "", s.challengeRefused("the Arc agent's answer has no www-authenticate header")
	}
	path, ok := strings.CutPrefix(challenge, "Basic realm=")
	if !ok {
		return "", s.challengeRefused("the Arc agent's challenge is not of the form Basic realm=FILE")
	}
	path = strings.Trim(path, `"`)
	name := filepath.Base(path)
	switch {
	case !filepath.IsAbs(path) || strings.ContainsRune(path, 0) || filepath.Clean(path) != path:
		return "", s.challengeRefused("the Arc agent's challenge names no clean absolute path")
	case filepath.Dir(path) != filepath.Clean(s.tokens):
		return "", s.challengeRefused("the Arc agent's challenge names a file outside " + s.tokens)
	case filepath.Ext(name) != ".key" || name == ".key":
		return "", s.challengeRefused("the Arc agent's challenge names a file that is not a .key file")
	}
	// A root refuses links that lead out of the directory, at the moment of opening and not before.
	root, err := os.OpenRoot(s.tokens)
	if err != nil {
		return "", s.keyUnreadable(err)
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err != nil {
		return "", s.keyUnreadable(err)
	}
	if !info.Mode().IsRegular() {
		return "", s.challengeRefused("the Arc agent's challenge names something that is not a regular file")
	}
	f, err := root.Open(name)
	if err != nil {
		return "", s.keyUnreadable(err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, arcKeySize+1))
	if err != nil {
		return "", s.keyUnreadable(err)
	}
	if len(content) > arcKeySize {
		return "", s.challengeRefused("the Arc agent's challenge names a file of more than 4096 bytes")
	}
	for _, b := range content {
		if b < ' ' && b != '\t' || b == 0x7f {
			return "", s.challengeRefused("the Arc agent's challenge names a file that is not one line of text")
		}
	}
	return string(content), nil
}

// challengeRefused is Denied: whoever answers is not believed to be the agent.
func (s *ArcSource) challengeRefused(text string) error {
	return &bridge.Error{
		Kind: bridge.Denied, Hop: bridge.HopHome, Code: "arc_challenge_refused", Text: text,
		Hint: "find out what listens on " + hostOf(s.endpoint) + ": it may not be the Azure Arc agent",
	}
}

func (s *ArcSource) keyUnreadable(err error) error {
	out := usage("arc_key_unreadable", "the Arc agent's key file cannot be read", "add this program's user to group himds: usermod -aG himds USER")
	if errors.Is(err, fs.ErrNotExist) {
		out.Text, out.Hint = "the Arc agent's key file does not exist", "check that the agent's directory "+s.tokens+" is visible here, containers included"
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		// An escaping link is an attack or a broken installation, never a matter of rights.
		if strings.Contains(p.Err.Error(), "escapes") {
			return s.challengeRefused("the Arc agent's challenge names a link that leads out of " + s.tokens)
		}
		err = p.Err
	}
	out.Cause = err
	return out
}
