package kubeapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// operation is one step of a JSON patch (RFC 6902).
type operation struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
}

// operated is the object after a JSON patch of add, replace, remove and test.
func operated(r *http.Request, o object, body []byte) (object, *status) {
	var steps []operation
	if err := json.Unmarshal(body, &steps); err != nil {
		return nil, badRequest("error decoding patch: %v", err)
	}
	var at any = o
	for _, step := range steps {
		if step.Op != "add" && step.Op != "replace" && step.Op != "remove" && step.Op != "test" {
			return nil, notPretended(r, " with the operation "+strconv.Quote(step.Op))
		}
		var value any
		if len(step.Value) > 0 {
			wrapped, problem := decode([]byte(`{"v":` + string(step.Value) + `}`))
			if problem != nil {
				return nil, problem
			}
			value = wrapped["v"]
		}
		path := strings.Split(step.Path, "/")
		if path[0] != "" || len(path) < 2 {
			return nil, badRequest("the path %q of a patch is not a JSON pointer", step.Path)
		}
		var err error
		if at, err = operate(at, path[1:], step.Op, value); err != nil {
			return nil, failure(http.StatusUnprocessableEntity, "Invalid", "the server rejected our request due to an error in our request: "+step.Op+" "+step.Path+": "+err.Error())
		}
	}
	return at.(object), nil
}

// operate does one step below at, and returns what is there then.
func operate(at any, path []string, op string, value any) (any, error) {
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
	switch at := at.(type) {
	case object:
		inside, has := at[name]
		if len(path) > 1 {
			if !has {
				return nil, fmt.Errorf("%q is not there", name)
			}
			next, err := operate(inside, path[1:], op, value)
			at[name] = next
			return at, err
		}
		if !has && op != "add" {
			return nil, fmt.Errorf("%q is not there", name)
		}
		switch op {
		case "add", "replace":
			at[name] = value
		case "remove":
			delete(at, name)
		case "test":
			if !reflect.DeepEqual(inside, value) {
				return nil, fmt.Errorf("%q has another value", name)
			}
		}
		return at, nil
	case []any:
		return operateList(at, name, path, op, value)
	}
	return nil, fmt.Errorf("%q is below what has no parts", name)
}

func operateList(at []any, name string, path []string, op string, value any) (any, error) {
	i, err := strconv.Atoi(name)
	if name == "-" && op == "add" && len(path) == 1 {
		i, err = len(at), nil
	}
	most := len(at) - 1
	if op == "add" && len(path) == 1 {
		most = len(at)
	}
	if err != nil || i < 0 || i > most {
		return nil, fmt.Errorf("there is no element %q", name)
	}
	if len(path) > 1 {
		at[i], err = operate(at[i], path[1:], op, value)
		return at, err
	}
	switch op {
	case "add":
		return slices.Insert(at, i, value), nil
	case "replace":
		at[i] = value
	case "remove":
		return slices.Delete(at, i, i+1), nil
	case "test":
		if !reflect.DeepEqual(at[i], value) {
			return nil, fmt.Errorf("element %q has another value", name)
		}
	}
	return at, nil
}
