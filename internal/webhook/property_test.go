package webhook_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/landbridge/landbridge/internal/estate"
)

// Pods of every shape: what is there stays as it is and where it is, and a second call has nothing to add. The helper add
// fails on a patch that replaces or that goes to a place that does not exist.
func TestPatchAddsOnlyAndOnce(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	given := 0
	for range 3000 {
		mode := estate.ModeCredentials
		if random.IntN(2) == 0 {
			mode = estate.ModeMetadata
		}
		door := newDoor(t, map[string]string{estate.AnnotationProvider: provider, estate.AnnotationMode: mode, estate.AnnotationProject: "shop-prod"})
		before := randomPod(t, random)
		answer := door.review(t, newPod(before))
		if !answer.Allowed {
			t.Fatalf("%s is denied: %s", before, answer.Status.Message)
		}
		after := apply(t, before, answer.Patch)
		var old, now any
		if json.Unmarshal(before, &old) != nil || json.Unmarshal(after, &now) != nil || !within(old, now) {
			t.Fatalf("%s became %s", before, after)
		}
		if again := door.review(t, newPod(after)); !again.Allowed || again.Patch != nil {
			t.Fatalf("%s: a second call adds %s", after, again.Patch)
		}
		if answer.Patch != nil {
			given++
		}
	}
	if given < 2000 {
		t.Errorf("only %d of 3000 pods got a bridge: the generator is off", given)
	}
}

// within says whether all of old is in now: an object's members by name, a list's elements in their order.
func within(old, now any) bool {
	switch old := old.(type) {
	case map[string]any:
		there, ok := now.(map[string]any)
		for name, value := range old {
			ok = ok && (value == nil || within(value, there[name]))
		}
		return ok
	case []any:
		there, ok := now.([]any)
		for _, value := range old {
			for len(there) > 0 && !within(value, there[0]) {
				there = there[1:]
			}
			if len(there) == 0 {
				return false
			}
			there = there[1:]
		}
		return ok
	default:
		return reflect.DeepEqual(old, now)
	}
}

func randomPod(t *testing.T, random *rand.Rand) []byte {
	t.Helper()
	maybe := func(m map[string]any, name string, value any) {
		switch random.IntN(4) {
		case 0:
		case 1:
			if reflect.ValueOf(value).Kind() == reflect.Slice {
				m[name] = []any{}
				break
			}
			fallthrough
		default:
			m[name] = value
		}
	}
	containers := func(prefix string, n int) []any {
		out := []any{}
		for i := range n {
			c := map[string]any{"name": fmt.Sprintf("%s%d", prefix, i), "image": "x", "unheard": []any{1, map[string]any{"of": nil}}}
			var env []any
			for _, name := range []string{"A", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCE_METADATA_IP", "HTTP_PROXY", "no_proxy"} {
				if random.IntN(4) == 0 {
					env = append(env, map[string]any{"name": name, "value": "mine"})
				}
			}
			maybe(c, "env", env)
			maybe(c, "volumeMounts", []any{map[string]any{"name": "v", "mountPath": "/v"}})
			out = append(out, c)
		}
		return out
	}
	meta, spec := map[string]any{}, map[string]any{"containers": containers("app", 1+random.IntN(3)), "serviceAccountName": "api"}
	annotations := map[string]any{}
	maybe(annotations, "note", "x")
	maybe(annotations, estate.AnnotationSkipContainers, "app0, init0?")
	maybe(meta, "annotations", annotations)
	maybe(meta, "labels", map[string]any{"a": "b"})
	maybe(spec, "initContainers", containers("init", random.IntN(3)))
	maybe(spec, "volumes", []any{map[string]any{"name": "v", "emptyDir": map[string]any{}}})
	text, err := json.Marshal(map[string]any{"metadata": meta, "spec": spec})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
