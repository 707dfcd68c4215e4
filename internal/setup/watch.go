package setup

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// Watched is one provider whose keys are uploaded, as WatchKeys found it. Its JSON form is stable.
type Watched struct {
	Cluster  string   `json:"cluster"`
	Provider string   `json:"provider"`           // address
	Uploaded bool     `json:"uploaded,omitempty"` // its keys were uploaded just now
	Added    []string `json:"added,omitempty"`    // ids of keys that the cluster has and Google had not: tokens that they sign were refused
	Dropped  []string `json:"dropped,omitempty"`  // ids of keys that Google had and the cluster has no more
	Error    string   `json:"error,omitempty"`
}

// Line is what happened, for people.
func (w Watched) Line() string {
	switch {
	case w.Error != "":
		return w.Provider + ": " + w.Error
	case !w.Uploaded:
		return w.Provider + ": the keys of " + w.Cluster + " are as uploaded"
	}
	text := w.Provider + ": uploaded the keys of " + w.Cluster
	if len(w.Added) > 0 {
		text += "; new: " + strings.Join(w.Added, ", ")
	}
	if len(w.Dropped) > 0 {
		text += "; gone: " + strings.Join(w.Dropped, ", ")
	}
	return text
}

// WatchOptions are how keys are watched.
type WatchOptions struct {
	// Every is the pause between two looks; 0 looks once. Kubernetes signs with a new key as soon as it has it, so until the
	// next look new tokens are refused: a minute is about right, and Google takes uploaded keys within seconds.
	Every time.Duration
	// Seen hears of every provider at every look; nil is nobody.
	Seen func(Watched)
}

// WatchKeys compares the keys of every cluster with upload_keys with those that Google has, and uploads what differs, until
// the context ends. A look that fails is told and repeated at the next; with Every 0 it is the error.
func WatchKeys(ctx context.Context, in Input, o WatchOptions) error {
	problems := Check(in.Spec)
	if err := Mistakes(problems); err != nil {
		return err
	}
	pairs, err := watched(in.Spec)
	if err != nil {
		return err
	}
	if len(pairs) == 0 {
		return &bridge.Error{
			Kind: bridge.Usage, Code: "setup_no_uploaded_keys", Text: "no cluster with upload_keys has a workload of the route direct: Google fetches the keys of all others itself",
			Hint: "nothing needs watching",
		}
	}
	for {
		var failed []error
		for _, k := range in.Keepers {
			if k != nil {
				k.Forget()
			}
		}
		for _, p := range pairs {
			w, err := p.look(ctx, in)
			if ctx.Err() != nil {
				return nil //nolint:nilerr // the end that the caller asked for
			}
			if err != nil {
				w.Error = err.Error()
				failed = append(failed, about(w.Provider, err))
			}
			if o.Seen != nil {
				o.Seen(w)
			}
		}
		if o.Every <= 0 {
			return joined(failed, "setup_keys", "could not be looked at")
		}
		if bridge.Wait(ctx, o.Every) != nil {
			return nil //nolint:nilerr // the end that the caller asked for
		}
	}
}

// keyPair is a provider, the cluster whose keys it holds, and what they follow from.
type keyPair struct {
	provider Resource
	issuer   *estate.Issuer
	needs    []Resource // the project and the cluster
}

func watched(s Spec) ([]keyPair, error) {
	all, err := desire(s)
	if err != nil {
		return nil, err
	}
	find := func(addr string) Resource {
		return all[slices.IndexFunc(all, func(r Resource) bool { return r.Address == addr })]
	}
	var out []keyPair
	for _, r := range all {
		p, ok := r.Spec.(*estate.Provider)
		if !ok || p.JWKS == "" {
			continue
		}
		pair := keyPair{provider: r}
		for _, ref := range estate.AllReferences(p) {
			switch need := find(ref.Address); spec := need.Spec.(type) {
			case *estate.Issuer:
				pair.issuer = spec
			default:
				pair.needs = append(pair.needs, need)
			}
		}
		out = append(out, pair)
	}
	return out, nil
}

// look compares once.
func (p keyPair) look(ctx context.Context, in Input) (Watched, error) {
	w := Watched{Cluster: p.issuer.Cluster, Provider: p.provider.Address}
	known := map[string]map[string]string{}
	ask := func(addr string, spec estate.Spec) (live estate.Live, err error) {
		err = patient(ctx, readPace, nil, func(ctx context.Context) (err error) {
			live, err = in.Keepers[spec.Kind().Side()].Read(ctx, spec)
			return err
		})
		known[addr] = live.Outputs
		return live, err
	}
	for _, need := range p.needs {
		if _, err := ask(need.Address, need.Spec); err != nil {
			return w, err
		}
	}
	if _, err := ask(address(estate.KindIssuer, p.issuer.Cluster), p.issuer); err != nil {
		return w, err
	}
	want := estate.Resolve(p.provider.Spec, func(r estate.Reference) string {
		if v := known[r.Address][r.Output]; v != "" {
			return v
		}
		return estate.Ref(r.Address, r.Output)
	}).(*estate.Provider)
	if open := estate.AllReferences(want); len(open) > 0 {
		return w, &bridge.Error{Kind: bridge.Usage, Code: "setup_unknown_output", Text: open[0].Address + " does not say its " + open[0].Output, Hint: "landbridge setup plan"}
	}
	live, err := ask(p.provider.Address, want)
	if err != nil {
		return w, err
	}
	now, ok := live.Spec.(*estate.Provider)
	if !ok || !live.Exists() {
		return w, &bridge.Error{Kind: bridge.Drifted, Code: "setup_missing", Text: "the provider is not there", Hint: "landbridge setup apply"}
	}
	if live.Setup != "" && live.Setup != in.Spec.Name {
		return w, &bridge.Error{Kind: bridge.Usage, Code: "setup_blocked", Text: "the provider belongs to the set-up " + live.Setup, Hint: "watch the keys with that file"}
	}
	if now.JWKS == want.JWKS {
		return w, nil
	}
	had, has := keyIDs(now.JWKS), keyIDs(want.JWKS)
	if len(has) == 0 {
		return w, &bridge.Error{Kind: bridge.Fault, Code: "setup_no_keys", Text: "the cluster shows no keys", Hint: kubectl(p.issuer.Reach) + " get --raw /openid/v1/jwks"}
	}
	w.Added, w.Dropped = without(has, had), without(had, has)
	// Only the keys are changed here: what else differs is for apply.
	next := *now
	next.JWKS = want.JWKS
	err = patient(ctx, writePace, nil, func(ctx context.Context) error {
		_, err := in.Keepers[estate.Google].Write(ctx, in.Spec.Name, &next, live)
		return err
	})
	w.Uploaded = err == nil
	return w, err
}

// keyIDs lists the ids of a JWKS document's keys.
func keyIDs(jwks string) []string {
	var set struct {
		Keys []struct {
			Kid string `json:"kid"`
		} `json:"keys"`
	}
	if json.Unmarshal([]byte(jwks), &set) != nil {
		return nil
	}
	out := make([]string, len(set.Keys))
	for i, k := range set.Keys {
		out[i] = k.Kid
	}
	return out
}

func without(all, these []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(these, s) })
}
