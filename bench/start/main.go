// Command start compares how long "landbridge token" takes, from the start of the process to the token on standard output,
// with a bare Go program that makes the same two calls and does nothing else.
//
//	landbridge sandbox & go run ./start -landbridge ../bin/landbridge
//
// The two run in turn, pair by pair, so that the machine's mood meets both; the medians and the ratio of each pair are
// printed. The bare program is this one, started with -bare.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// place is where the calls go: what a running sandbox tells of itself.
type place struct {
	Profile struct {
		Google struct {
			TokenURL         string `json:"token_url"`
			ImpersonationURL string `json:"impersonation_url"`
			Audience         string `json:"audience"`
		} `json:"google"`
	} `json:"profile"`
	TokenFile string `json:"token_file"`
}

const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

func main() {
	landbridge := flag.String("landbridge", "../bin/landbridge", "the program to time")
	state := flag.String("state", filepath.Join(os.Getenv("HOME"), ".local", "state", "landbridge"), "the state folder of the running sandbox")
	pairs := flag.Int("pairs", 40, "how many pairs")
	bare := flag.Bool("bare", false, "be the bare program")
	flag.Parse()
	if err := run(*landbridge, *state, *pairs, *bare); err != nil {
		fmt.Fprintln(os.Stderr, "start:", err)
		os.Exit(1)
	}
}

func run(landbridge, state string, pairs int, bare bool) error {
	data, err := os.ReadFile(filepath.Join(state, "sandbox.json"))
	if err != nil {
		return fmt.Errorf("no running sandbox: %w", err)
	}
	var p place
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	if bare {
		return p.token()
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	config, err := p.configure()
	if err != nil {
		return err
	}
	defer os.Remove(config)
	var ours, theirs, ratios []float64
	for i := range pairs + 2 {
		a, err := once(landbridge, "token", "--quiet", "--config", config)
		if err != nil {
			return err
		}
		b, err := once(self, "-bare", "-state", state)
		if err != nil {
			return err
		}
		if i >= 2 { // the first two warm the caches
			ours, theirs, ratios = append(ours, a), append(theirs, b), append(ratios, a/b)
		}
	}
	fmt.Printf("landbridge token  median %.2f ms\nbare program      median %.2f ms\nratio             median %.2f (min %.2f, max %.2f) of %d pairs\n",
		median(ours), median(theirs), median(ratios), slices.Min(ratios), slices.Max(ratios), pairs)
	return nil
}

// configure writes what landbridge needs to make the same two calls: no sandbox is looked for, nothing else is done.
func (p place) configure() (string, error) {
	base := strings.TrimSuffix(p.Profile.Google.TokenURL, "/v1/token")
	account, _, _ := strings.Cut(p.Profile.Google.ImpersonationURL[strings.LastIndex(p.Profile.Google.ImpersonationURL, "/")+1:], ":")
	f, err := os.CreateTemp("", "start-*.yaml")
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, err = fmt.Fprintf(f, "version: 1\nto_google:\n  source: {kind: kubernetes, file: %q}\n  provider: %q\n  service_account: %s\n  endpoints: {sts: %q, iam_credentials: %q}\n",
		p.TokenFile, p.Profile.Google.Audience, account, base, base)
	return f.Name(), err
}

func once(program string, args ...string) (ms float64, err error) {
	var out, errs bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	err = cmd.Run()
	took := time.Since(start)
	if err != nil || !strings.HasPrefix(out.String(), "ya29.") {
		return 0, fmt.Errorf("%s gave no token: %w: %s", program, err, errs.String())
	}
	return float64(took.Microseconds()) / 1000, nil
}

// token makes the two calls, with as little as Go allows.
func (p place) token() error {
	assertion, err := os.ReadFile(p.TokenFile)
	if err != nil {
		return err
	}
	form := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "audience": {p.Profile.Google.Audience}, "scope": {cloudPlatform},
		"requested_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "subject_token_type": {"urn:ietf:params:oauth:token-type:jwt"},
		"subject_token": {string(assertion)},
	}
	var federated struct {
		AccessToken string `json:"access_token"`
	}
	resp, err := http.PostForm(p.Profile.Google.TokenURL, form)
	if err != nil {
		return err
	}
	if err := json.NewDecoder(resp.Body).Decode(&federated); err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, p.Profile.Google.ImpersonationURL, strings.NewReader(`{"scope":["`+cloudPlatform+`"],"lifetime":"3600s"}`))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+federated.AccessToken)
	req.Header.Set("Content-Type", "application/json")
	if resp, err = http.DefaultClient.Do(req); err != nil {
		return err
	}
	var account struct {
		AccessToken string `json:"accessToken"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&account); err != nil {
		return err
	}
	fmt.Println(account.AccessToken)
	return nil
}

func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	return s[len(s)/2]
}
