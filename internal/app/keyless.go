package app

import (
	"context"
	"os"

	"github.com/landbridge/landbridge/internal/doctor"
	"github.com/landbridge/landbridge/internal/kube"
)

// Keyless is what the search for long-lived secrets found.
type Keyless = doctor.Keyless

// KeylessDir is a folder to look through, and what it is called in findings.
type KeylessDir struct{ Name, Path string }

// KeylessOptions say where to look, besides the environment.
type KeylessOptions struct {
	Dirs []KeylessDir
	// Setup, when not nil, leads to its clusters' secrets and its project's service accounts.
	Setup *Setup
}

// Keyless looks for service-account keys and client secrets. It sends nothing anywhere, and prints none.
func (a *App) Keyless(ctx context.Context, o KeylessOptions) Keyless {
	ports := doctor.KeylessPorts{Clock: a.host.Clock, Env: a.host.Env, ReadFile: a.host.ReadFile}
	for _, dir := range o.Dirs {
		ports.Roots = append(ports.Roots, doctor.Root{Name: dir.Name, FS: os.DirFS(dir.Path)})
	}
	if s := o.Setup; s != nil {
		ports.IAMKeys = s.traveller.iamKeys
		ports.Kubernetes = s.traveller.strayKeys
	}
	return doctor.FindKeys(ctx, ports)
}

// strayKeys are those in the clusters that the set-up can reach.
func (t *traveller) strayKeys(ctx context.Context) ([]doctor.ClusterKey, error) {
	var out []doctor.ClusterKey
	var failed error
	for i := range t.spec.Clusters {
		c := &t.spec.Clusters[i]
		if c.Context == "" {
			continue
		}
		found, err := t.clusters.Client(c.Reach()).In().StrayKeys(ctx)
		if err != nil && failed == nil {
			failed = err
		}
		for _, k := range found {
			kind := doctor.GoogleKey
			if k.Kind == kube.AzureSecret {
				kind = doctor.AzureSecret
			}
			key := doctor.ClusterKey{
				Kind: kind, Cluster: c.Name, Object: k.Where, Namespace: k.Namespace, Name: k.Name, Entry: k.Key,
				Identity: k.Email, KeyID: k.KeyID, UsedBy: k.UsedBy,
			}
			if key.Identity == "" {
				key.Identity = k.ClientID
			}
			out = append(out, key)
		}
	}
	return out, failed
}
