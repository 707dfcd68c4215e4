package sandbox

import (
	"net/http"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// mintOperator gives an access token of the person who sets Google's side up, as gcloud auth print-access-token does.
func (a *admin) mintOperator(*http.Request) (any, error) {
	token, life := operatorToken(a.world)
	return map[string]any{"access_token": token.Reveal(), "expires_in": int(life.Seconds())}, nil
}

func operatorToken(w *world.World) (bridge.Secret, time.Duration) {
	const life = time.Hour
	return w.Issue(world.Grant{
		Principal: operatorName, Members: []string{"user:" + operatorName}, Expiry: w.Now().Add(life),
		Scopes: []string{
			"openid", "https://www.googleapis.com/auth/userinfo.email", "https://www.googleapis.com/auth/cloud-platform",
		},
	}), life
}

// GoogleOperator gives an access token of the person who sets Google's side up, for tests in process.
func (s *Sandbox) GoogleOperator() bridge.Secret {
	w := s.World()
	if w == nil {
		return bridge.Secret{}
	}
	token, _ := operatorToken(w)
	return token
}

// addKey leaves a service-account key lying about: its public half. There never was a private one.
func (a *admin) addKey(r *http.Request) (any, error) {
	req, err := body[struct {
		Created  time.Time `json:"created"`
		Expires  time.Time `json:"expires"`
		Uploaded bool      `json:"uploaded"`
		Disabled bool      `json:"disabled"`
	}](r)
	if err != nil {
		return nil, err
	}
	id := strings.ReplaceAll(world.GUID()+world.GUID(), "-", "")[:40]
	if req.Created.IsZero() {
		req.Created = a.world.Now()
	}
	key := world.AccountKey{ID: id, Created: req.Created, Expires: req.Expires, Uploaded: req.Uploaded, Disabled: req.Disabled}
	err = a.world.UpdateServiceAccount(r.PathValue("account"), func(s *world.ServiceAccount) { s.Keys = append(s.Keys, key) })
	return map[string]any{"id": id}, err
}

// setPace says how slow the clouds are; what the body leaves out is at once.
func (a *admin) setPace(r *http.Request) (any, error) {
	req, err := body[struct {
		Latency    string `json:"latency"`
		IAM        string `json:"iam"`
		Federation string `json:"federation"`
		Operation  string `json:"operation"`
		Event      string `json:"event"`
		Piece      int    `json:"piece"`
		Cut        int    `json:"cut"`
	}](r)
	if err != nil {
		return nil, err
	}
	pace := world.Pace{Piece: req.Piece, Cut: req.Cut}
	if req.Piece < 0 || req.Cut < 0 {
		return nil, badAdmin("piece and cut must not be negative")
	}
	for text, to := range map[*string]*time.Duration{&req.Latency: &pace.Latency, &req.IAM: &pace.IAM, &req.Federation: &pace.Federation, &req.Operation: &pace.Operation, &req.Event: &pace.Event} {
		if *text == "" {
			continue
		}
		if *to, err = time.ParseDuration(*text); err != nil || *to < 0 {
			return nil, badAdmin("%q is not a duration like 50ms", *text)
		}
	}
	a.world.SetPace(pace)
	return nil, nil
}
