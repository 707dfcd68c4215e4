package kube

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/e2e/parts"
)

// object is a Kubernetes object.
type object = map[string]any

// pod is what the tests look at of a pod as the API server stored it, or would.
type pod struct {
	Metadata struct {
		Annotations map[string]string
	}
	Spec struct {
		InitContainers, Containers []container
		Volumes                    []volume
	}
}

type container struct {
	Name          string
	RestartPolicy string
	Env           []struct{ Name, Value string }
	VolumeMounts  []struct{ Name, MountPath string }
}

type volume struct {
	Name      string
	Projected struct {
		DefaultMode int
		Sources     []struct {
			ServiceAccountToken struct {
				Audience, Path    string
				ExpirationSeconds int
			}
			ConfigMap   struct{ Name string }
			DownwardAPI struct {
				Items []struct {
					Path     string
					FieldRef struct{ FieldPath string }
				}
			}
		}
	}
}

// bridge is the volume with the token; nil when the pod has none.
func (p *pod) bridge() *volume {
	if i := slices.IndexFunc(p.Spec.Volumes, func(v volume) bool { return v.Name == "landbridge" }); i >= 0 {
		return &p.Spec.Volumes[i]
	}
	return nil
}

func (p *pod) container(t *testing.T, name string) container {
	t.Helper()
	for _, c := range append(p.Spec.InitContainers, p.Spec.Containers...) {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("the pod has no container %s", name)
	return container{}
}

// env is a variable's value; a container that has it twice fails the test.
func (c container) env(t *testing.T, name string) string {
	t.Helper()
	value, n := "", 0
	for _, e := range c.Env {
		if e.Name == name {
			value, n = e.Value, n+1
		}
	}
	if n > 1 {
		t.Errorf("container %s has %s %d times", c.Name, name, n)
	}
	return value
}

func (c container) mounted() bool {
	return slices.ContainsFunc(c.VolumeMounts, func(m struct{ Name, MountPath string }) bool {
		return m.Name == "landbridge" && m.MountPath == "/var/run/secrets/landbridge"
	})
}

// podOf writes a pod of the account api; each word is a container, "init:" before it one of its init containers.
func podOf(names ...string) object {
	spec := object{"serviceAccountName": "api"}
	for _, name := range names {
		list := "containers"
		if rest, ok := strings.CutPrefix(name, "init:"); ok {
			list, name = "initContainers", rest
		}
		there, _ := spec[list].([]any)
		spec[list] = append(there, object{"name": name, "image": "localhost/app:1"})
	}
	return object{"apiVersion": "v1", "kind": "Pod", "metadata": object{"name": "p"}, "spec": spec}
}

func (c *Control) create(t *testing.T, path string, in object) error {
	t.Helper()
	return c.Call(t.Context(), http.MethodPost, path, in, nil)
}

// dryRun has the API server do all but store the pod.
func (c *Control) dryRun(ctx context.Context, namespace string, in object) (*pod, error) {
	out := &pod{}
	return out, c.Call(ctx, http.MethodPost, "/api/v1/namespaces/"+namespace+"/pods?dryRun=All", in, out)
}

// namespace makes a namespace with the label that switches the bridge on, and the account api.
func (c *Control) namespace(t *testing.T, name string) {
	t.Helper()
	labels := map[string]string{"landbridge.dev/inject": "enabled"}
	if err := c.create(t, "/api/v1/namespaces", object{"metadata": object{"name": name, "labels": labels}}); err != nil {
		t.Fatal(err)
	}
	c.account(t, name, "api", nil)
}

func (c *Control) account(t *testing.T, namespace, name string, annotations map[string]string) {
	t.Helper()
	if err := c.create(t, "/api/v1/namespaces/"+namespace+"/serviceaccounts", object{"metadata": object{"name": name, "annotations": annotations}}); err != nil {
		t.Fatal(err)
	}
}

// manifests posts each document of a file of the project, as "kubectl create -f" does. Paths are those of the kinds.
func (c *Control) manifests(t *testing.T, file string, paths map[string]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts.Root(), file))
	if err != nil {
		t.Fatal(err)
	}
	for doc := range strings.SplitSeq(string(text), "\n---\n") {
		kind := ""
		for line := range strings.Lines(doc) {
			if name, ok := strings.CutPrefix(line, "kind: "); ok {
				kind = strings.TrimSpace(name)
			}
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+paths[kind], bytes.NewReader([]byte(doc)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/yaml")
		resp, err := c.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusCreated {
			t.Fatalf("%s of %s: %s: %s", kind, file, resp.Status, answer)
		}
	}
}

// eventually waits until the API server has taken notice of what was configured; it does within seconds.
func eventually(t *testing.T, look func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		err := look()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// unlike says why a pod is not the one that was wanted; nil when it is.
func unlike(p *pod, err error, ok func(*pod) bool, want string) error {
	if err != nil {
		return err
	}
	if !ok(p) {
		text, _ := json.Marshal(p)
		return fmt.Errorf("want %s, got %s", want, text)
	}
	return nil
}

func refusal(t *testing.T, err error, want string) {
	t.Helper()
	if r, ok := errors.AsType[*Refusal](err); !ok || !strings.Contains(r.Error(), want) {
		t.Errorf("err = %v, want a refusal with %q", err, want)
	}
}
