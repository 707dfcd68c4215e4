package kubeapi

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
)

// decode reads an object as JSON writes it.
func decode(body []byte) (object, *status) {
	var out object
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&out); err != nil || out == nil {
		return nil, badRequest("the object provided is unrecognized (must be of type Object): %v", err)
	}
	return plain(out).(object), nil
}

// plain turns JSON's numbers into the int64 and float64 that structured merging takes, and drops nulls, which mean absence.
func plain(v any) any {
	switch v := v.(type) {
	case object:
		for key, value := range v {
			if value == nil {
				delete(v, key)
			} else {
				v[key] = plain(value)
			}
		}
		return v
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
		return v
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	}
	return v
}

// read reads a whole object from a request: JSON as programs write it, or protobuf as kubectl does.
func (c call) read(r *http.Request) (object, *status) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, failure(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "the request is larger than 3 MiB")
	}
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what cannot be read is of no known kind
	var out object
	var problem *status
	switch mediaType {
	case "application/json", "":
		out, problem = decode(body)
	case protobuf:
		if out, err = protoObject(body); err != nil {
			problem = failure(http.StatusNotImplemented, "", "the sandbox does not read this kind in protobuf: "+err.Error()+"; send JSON")
		}
	default:
		problem = failure(http.StatusUnsupportedMediaType, "UnsupportedMediaType",
			"the body of the request was in an unknown format - accepted media types include: application/json, "+protobuf)
	}
	if problem != nil {
		return nil, problem
	}
	if got, version := text(out, "kind"), text(out, "apiVersion"); got == "" && version == "" {
		out["kind"], out["apiVersion"] = c.kind.kind, c.kind.groupVersion()
	} else if got != c.kind.kind || version != c.kind.groupVersion() {
		return nil, badRequest("%s in version %q cannot be handled as a %s: no kind %q is registered for version %q in scheme", got, version, c.kind.kind, got, version)
	}
	return out, c.strict(r, out)
}

// named puts the path's namespace and name into an object, or says that it has others.
func (c call) named(o object) *status {
	m := metaOf(o)
	if have := text(m, "namespace"); c.namespace != "" && have != "" && have != c.namespace {
		return badRequest("the namespace of the provided object does not match the namespace sent on the request")
	}
	if have := text(m, "name"); c.name != "" && have != "" && have != c.name {
		return badRequest("the name of the object (%s) does not match the name on the URL (%s)", have, c.name)
	}
	if c.namespace != "" {
		m["namespace"] = c.namespace
	} else {
		delete(m, "namespace")
	}
	if c.name != "" {
		m["name"] = c.name
	}
	return nil
}
