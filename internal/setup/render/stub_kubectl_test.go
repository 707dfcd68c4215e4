package render_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// object is what the stub's pipes carry, as JSON, which is YAML.
type object struct {
	Kind        string
	Name        string
	Namespace   string
	Labels      map[string]string
	Annotations map[string]string
	Data        map[string]string
}

const keysOfStub = `{"keys":[{"use":"sig","kty":"RSA","kid":"k1","alg":"RS256","n":"AQAB","e":"AQAB"}]}`

// kubectl knows the flags of kubectl 1.32 for the commands that scripts use.
func kubectl(w *world, argv []string) error {
	a, err := parse(argv, []string{
		"--context", "--kubeconfig", "--namespace", "-o", "--dry-run", "-f", "--raw", "--from-literal", "--field-manager",
		"--audience", "--duration",
	}, []string{"--overwrite", "--ignore-not-found", "--local", "--server-side", "--force-conflicts"})
	if err != nil {
		return err
	}
	if a.get("--context") == "" || len(a.rest) == 0 {
		return errors.New("would speak to whatever cluster is current")
	}
	at := func(kind, name string) string {
		return strings.Join([]string{"kube", a.get("--context"), kind, a.get("--namespace"), name}, "/")
	}
	switch verb := a.rest[0]; {
	case a.get("--raw") == "/openid/v1/jwks":
		fmt.Println(keysOfStub)
	case verb == "get" && a.rest[1] == "namespace":
		fmt.Println("namespace/" + a.rest[2])
	case verb == "get" && a.rest[1] == "serviceaccount":
		if t := w.Things[at("serviceaccount", a.rest[2])]; t != nil {
			fmt.Print(a.rest[2] + " " + t.Map["labels"]["landbridge.dev/setup"])
		}
	case verb == "create" && a.get("--dry-run") == "client":
		o := object{Kind: a.rest[1], Name: a.rest[2], Namespace: a.get("--namespace"), Labels: map[string]string{}, Data: map[string]string{}}
		for _, pair := range a.flags["--from-literal"] {
			k, v, _ := strings.Cut(pair, "=")
			o.Data[k] = v
		}
		return json.NewEncoder(os.Stdout).Encode(o)
	case verb == "create" && len(a.rest) > 1 && a.rest[1] == "token":
		fmt.Println("assertion-of-" + a.rest[2] + "-for-" + a.get("--audience"))
	case a.has("--local"):
		o, err := piped()
		if err != nil {
			return err
		}
		edit(o.Labels, a.rest[1:])
		return json.NewEncoder(os.Stdout).Encode(o)
	case verb == "create", verb == "apply" && a.has("--server-side"):
		o, err := piped()
		if err != nil {
			return err
		}
		fresh := load(w.dir) // the pipe's other ends changed nothing
		key := strings.Join([]string{"kube", a.get("--context"), o.Kind, o.Namespace, o.Name}, "/")
		t := newThing()
		t.Map["labels"], t.Map["data"] = o.Labels, o.Data
		if old := fresh.Things[key]; old != nil {
			if verb == "create" {
				return errors.New("AlreadyExists")
			}
			if maps.Equal(old.Map["labels"], o.Labels) && maps.Equal(old.Map["data"], o.Data) {
				return nil
			}
		}
		fresh.Things[key] = t
		return fresh.save(verb + " " + key)
	case verb == "label" || verb == "annotate":
		kind, name := a.rest[1], a.rest[2]
		field := verb + "s"
		if verb == "annotate" {
			field = "annotations"
		}
		t := w.Things[at(kind, name)]
		if t == nil && kind == "namespace" {
			t = newThing() // the namespaces are there
		}
		if t == nil || !a.has("--overwrite") {
			return errAbsent
		}
		before := maps.Clone(t.Map[field])
		if t.Map[field] == nil {
			t.Map[field] = map[string]string{}
		}
		edit(t.Map[field], a.rest[3:])
		if maps.Equal(before, t.Map[field]) {
			return nil
		}
		w.Things[at(kind, name)] = t
		return w.save(verb + " " + at(kind, name))
	default:
		return fmt.Errorf("unknown command %q", argv)
	}
	return nil
}

func piped() (object, error) {
	var o object
	return o, json.NewDecoder(os.Stdin).Decode(&o)
}

// edit is "key=value" and "key-".
func edit(m map[string]string, changes []string) {
	for _, c := range changes {
		if k, v, ok := strings.Cut(c, "="); ok {
			m[k] = v
		} else {
			delete(m, strings.TrimSuffix(c, "-"))
		}
	}
}

// curl is Google's STS and IAM Credentials.
func curl(w *world, argv []string) error {
	a, err := parse(argv, []string{"-H", "--data", "-o", "-w", "--max-time"}, []string{"-sS"})
	if err != nil {
		return err
	}
	body, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(argv, func(s string) bool { return strings.Contains(s, "assertion-of") || strings.Contains(s, "federated-") }) {
		return errors.New("a token is among the arguments")
	}
	switch url := a.rest[0]; {
	case url == "https://sts.googleapis.com/v1/token":
		var question struct{ Audience, SubjectToken, GrantType string }
		if err := json.Unmarshal(body, &question); err != nil {
			return err
		}
		if w.refuse("exchange") || !strings.HasSuffix(question.SubjectToken, "-for-https:"+question.Audience) {
			fmt.Println(`{"error":"invalid_target","error_description":"not yet"}`)
			return nil
		}
		fmt.Printf("{\n  \"access_token\": \"federated-%s\",\n  \"expires_in\": 3599\n}\n", question.SubjectToken)
	case strings.HasSuffix(url, ":generateAccessToken"):
		status := 403
		if strings.HasPrefix(string(body), "Authorization: Bearer federated-") && !w.refuse("impersonate") {
			status = 200
		}
		fmt.Print(status)
	default:
		return fmt.Errorf("unknown address %s", url)
	}
	return nil
}
