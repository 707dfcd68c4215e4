package kube_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
)

const owned = `,"ownerReferences":[{"apiVersion":"apps/v1","kind":%q,"name":%q,"uid":"1","controller":true}]`

func ownedBy(kind, name string) string {
	return strings.Replace(strings.Replace(owned, "%q", `"`+kind+`"`, 1), "%q", `"`+name+`"`, 1)
}

// TestUnbridged goes through each reason. A pod that is to be older than an annotation is created first; managedFields count
// whole seconds, so the annotation comes in the next one.
func TestUnbridged(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		const volume = `,"volumes":[{"name":"landbridge","emptyDir":{}}]`
		c.account("app", nil)
		c.account("sidecar", map[string]string{estate.AnnotationProvider: provider, estate.AnnotationMode: estate.ModeMetadata})
		c.account("plain", nil)
		c.running("plain", "plain", "", "")
		c.running("unlabelled", "sidecar", "", "")
		inNamespace := func() []estate.UnbridgedPod {
			got, err := c.client.In(c.space).Unbridged(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				got[i].Command = strings.ReplaceAll(got[i].Command, "kubectl --kubeconfig "+c.reach.Kubeconfig+" --context "+c.reach.Context, "kubectl")
				got[i].Command = strings.ReplaceAll(got[i].Command, c.space, "SPACE")
				got[i].Reason = strings.ReplaceAll(got[i].Reason, c.space, "SPACE")
				if got[i].Namespace == c.space {
					got[i].Namespace = "SPACE"
				}
			}
			return got
		}
		want := []estate.UnbridgedPod{{
			Namespace: "SPACE", Pod: "unlabelled", Account: "sidecar", Reason: "namespace SPACE is not labelled landbridge.dev/inject=enabled",
			Command: "kubectl label namespace SPACE landbridge.dev/inject=enabled --overwrite && kubectl get pod -n SPACE unlabelled -o yaml | kubectl replace --force -f -",
		}}
		if diff := cmp.Diff(want, inNamespace()); diff != "" {
			t.Errorf("before the label (-want +got):\n%s", diff)
		}
		c.must(http.MethodDelete, c.in("pods/unlabelled")+"?gracePeriodSeconds=0", "")

		c.running("old", "app", `,"labels":{"pod-template-hash":"6d4c"}`+ownedBy("ReplicaSet", "web-6d4c"), "")
		c.nextSecond()
		c.must(http.MethodPatch, "/api/v1/namespaces/"+c.space, `{"metadata":{"labels":{"`+estate.LabelInject+`":"enabled"}}}`)
		c.must(http.MethodPatch, c.in("serviceaccounts/app")+"?fieldManager=kubectl-annotate", `{"metadata":{"annotations":{"`+estate.AnnotationProvider+`":"`+provider+`"}}}`)
		c.nextSecond()
		c.running("away", "app", ownedBy("StatefulSet", "db"), "")
		c.running("good", "app", "", volume)
		c.running("late", "sidecar", ownedBy("Job", "j"), volume)
		c.running("out", "app", `,"labels":{"`+estate.LabelInject+`":"disabled"}`, "")
		c.running("skipped", "app", `,"annotations":{"`+estate.AnnotationSkipContainers+`":"main"}`, "")
		c.running("with-sidecar", "sidecar", "", `,"initContainers":[{"name":"landbridge-metadata","image":"x","restartPolicy":"Always"}]`+volume)
		c.must(http.MethodPost, c.in("pods"), `{"metadata":{"name":"pending"},"spec":{"serviceAccountName":"app","automountServiceAccountToken":false,"containers":[{"name":"main","image":"x"}]}}`)

		got := inNamespace()
		reasons, commands := map[string]string{}, map[string]string{}
		for _, p := range got {
			reason, _, _ := strings.Cut(p.Reason, " at 2")
			reasons[p.Pod], commands[p.Pod] = reason, p.Command
		}
		if diff := cmp.Diff(map[string]string{
			"old":     "it was created",
			"away":    "the webhook was away when it was created",
			"late":    "it carries another mode than landbridge.dev/mode of service account sidecar says",
			"out":     "it opted out with the label landbridge.dev/inject=disabled",
			"skipped": "its annotations landbridge.dev/containers and landbridge.dev/skip-containers leave no container to be given a bridge",
		}, reasons); diff != "" {
			t.Errorf("reasons (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]string{
			"old":     "kubectl rollout restart -n SPACE deployment/web",
			"away":    "kubectl rollout restart -n SPACE statefulset/db",
			"late":    "kubectl delete pod -n SPACE late",
			"out":     "take the label out of its pod template",
			"skipped": "name a container of the pod in landbridge.dev/containers of its pod template",
		}, commands); diff != "" {
			t.Errorf("commands (-want +got):\n%s", diff)
		}
		if all, err := c.client.In().Unbridged(t.Context()); err != nil || len(all) < len(got) {
			t.Errorf("the whole cluster has %d, this namespace %d: %v", len(all), len(got), err)
		}
	})
}

// nextSecond waits until the second is over: a kube-apiserver writes times without fractions.
func (c *cluster) nextSecond() {
	c.Helper()
	now := time.Now()
	timer := time.NewTimer(now.Truncate(time.Second).Add(time.Second + 10*time.Millisecond).Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.Context().Done():
		c.Fatal("no time left")
	}
}

func TestPods(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		c.account("app", nil)
		c.running("one", "app", `,"annotations":{"a":"b"}`+ownedBy("DaemonSet", "d"), `,"volumes":[{"name":"v","secret":{"secretName":"s","optional":true}}]`)
		got, err := c.client.In(c.space).Pods(t.Context())
		if err != nil || len(got) != 1 {
			t.Fatalf("%d pods, %v", len(got), err)
		}
		p := got[0]
		if p.Namespace != c.space || p.Name != "one" || p.Account != "app" || p.Phase != "Running" || p.Ending || time.Since(p.Created) > time.Hour ||
			p.Annotations["a"] != "b" || p.Owner.Kind != "DaemonSet" || p.Owner.Name != "d" || p.Volumes[0].Secret != "s" || p.Containers[0].Name != "main" {
			t.Errorf("%+v", p)
		}
	})
}
