package storageapi

import (
	"net/http"
	"net/url"
	"strings"
)

// target is what a request is about.
type target struct {
	kind           string // as in Storage.table; "" when nobody knows
	bucket, object string
	// toBucket and toObject are where copyTo and rewriteTo lead.
	toBucket, toObject string
}

// parse takes the path apart as it was sent: in a name, "/" is %2F.
func parse(r *http.Request) target {
	path := r.URL.EscapedPath()
	switch {
	case strings.HasPrefix(path, "/upload/storage/v1/b/"):
		t, ok := names(strings.Split(strings.TrimPrefix(path, "/upload/storage/v1/b/"), "/"))
		if !ok || t.kind != "objects" {
			return target{}
		}
		t.kind = "upload"
		if r.URL.Query().Get("upload_id") != "" {
			t.kind = "session"
		}
		return t
	case strings.HasPrefix(path, "/download/storage/v1/b/"), strings.HasPrefix(path, "/storage/v1/b"):
		path = strings.TrimPrefix(strings.TrimPrefix(path, "/download"), "/storage/v1/b")
		if path == "" {
			return target{kind: "buckets"}
		}
		if path[0] != '/' {
			return target{}
		}
		t, _ := names(strings.Split(strings.TrimPrefix(path, "/"), "/"))
		return t
	}
	return parseXML(path)
}

// parseXML is /BUCKET/OBJECT, where "/" may stand in the name as it is.
func parseXML(path string) target {
	bucket, object, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	name, err := url.PathUnescape(object)
	if err != nil || bucket == "" || object == "" {
		return target{}
	}
	return target{kind: "xml", bucket: bucket, object: name}
}

// names reads BUCKET, BUCKET/iam, BUCKET/o, BUCKET/o/OBJECT, and what follows an object.
func names(part []string) (target, bool) {
	for i, p := range part {
		text, err := url.PathUnescape(p)
		if err != nil {
			return target{}, false
		}
		part[i] = text
	}
	t := target{bucket: part[0]}
	switch {
	case len(part) == 1:
		t.kind = "bucket"
	case len(part) == 2 && part[1] == "iam":
		t.kind = "iam"
	case len(part) == 3 && part[1] == "iam" && part[2] == "testPermissions":
		t.kind = "testPermissions"
	case len(part) == 2 && part[1] == "o":
		t.kind = "objects"
	case part[1] != "o":
		return target{}, false
	case len(part) == 3:
		t.kind, t.object = "object", part[2]
	case len(part) == 4:
		t.kind, t.object = "object/"+part[3], part[2]
	case len(part) == 8 && part[4] == "b" && part[6] == "o":
		t.kind, t.object, t.toBucket, t.toObject = "object/"+part[3], part[2], part[5], part[7]
	default:
		return target{}, false
	}
	return t, true
}
