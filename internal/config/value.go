package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// parse reads one scalar, or one item of a list, as the field's shape demands. A fault says what is wrong and what to
// write instead.
func (f *field) parse(s string) (v reflect.Value, wrong, fix string) {
	switch f.shape {
	case number, numbers:
		n, err := strconv.Atoi(s)
		if err != nil {
			return v, quote(s) + " is not a whole number", "write digits alone"
		}
		v = reflect.ValueOf(n)
	case boolean:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return v, quote(s) + " is not true or false", "write true or false"
		}
		v = reflect.ValueOf(b)
	case duration:
		d, err := time.ParseDuration(s)
		if err != nil {
			fix = "write a number with a unit, such as 30m, 1h or 3600s"
			if _, err := strconv.Atoi(s); err == nil {
				fix = "write the unit: " + s + "s for seconds"
			}
			return v, quote(s) + " is not a duration", fix
		}
		v = reflect.ValueOf(d)
	default:
		v = reflect.ValueOf(s)
	}
	if len(f.choices) > 0 && !slices.Contains(f.choices, s) {
		fix = "one of: " + strings.Join(f.choices, ", ")
		if len(f.choices) == 1 {
			fix = "write " + f.choices[0]
		} else if near := Nearest(s, f.choices); near != "" {
			fix = "did you mean " + near + "? " + fix
		}
		return v, quote(s) + " is not known here", fix
	}
	return v, "", ""
}

// show writes a value the way that the file would.
func show(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return plainDuration(x)
	case []string:
		return strings.Join(x, ",")
	case []int:
		out := make([]string, len(x))
		for i, n := range x {
			out[i] = strconv.Itoa(n)
		}
		return strings.Join(out, ",")
	case bool:
		return strconv.FormatBool(x)
	case int:
		return strconv.Itoa(x)
	}
	return v.String()
}

// plainDuration writes 1h for 1h0m0s.
func plainDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
