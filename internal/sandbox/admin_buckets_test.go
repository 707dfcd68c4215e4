package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox"
)

func TestAdminOfBuckets(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Clock: time.Now})
	buckets := s.Buckets()
	const name = "admin-made"
	for _, c := range []struct {
		call, body string
		status     int
	}{
		{"PUT /buckets/" + name, `{"project":"landbridge-demo","versioned":true,"soft_delete":"24h"}`, http.StatusNoContent},
		{"PUT /buckets/" + name, `{"project":"landbridge-demo"}`, http.StatusBadRequest},
		{"PUT /buckets/other", `{"project":"landbridge-demo","retention":"long"}`, http.StatusBadRequest},
		{"POST /buckets/" + name + "/objects", `{"name":"x","body":"MDEyMzQ1Njc4OQ=="}`, http.StatusOK},
		{"POST /buckets/" + name + "/damage", `{"name":"x","flip":3}`, http.StatusNoContent},
		{"POST /buckets/" + name + "/damage", `{"name":"x","flip":10}`, http.StatusNotFound},
		{"POST /buckets/" + name + "/damage", `{"name":"x","cut":5}`, http.StatusNoContent},
		{"POST /buckets/" + name + "/damage", `{"name":"x"}`, http.StatusBadRequest},
		{"POST /buckets/none/damage", `{"name":"x","flip":1}`, http.StatusNotFound},
	} {
		method, path, _ := strings.Cut(c.call, " ")
		if status, text := admin(t, s, method, path, c.body); status != c.status {
			t.Errorf("%s %s: %d %s", c.call, c.body, status, text)
		}
	}
	if got, err := buckets.Bytes(name, "x"); err != nil || string(got) != "01224" {
		t.Errorf("%q, %v", got, err)
	}
	if status, _ := admin(t, s, http.MethodDelete, "/buckets/"+name+"/objects?name=x", ""); status != http.StatusNoContent || len(buckets.Names(name)) != 0 {
		t.Errorf("%d, %v", status, buckets.Names(name))
	}
}
