package doctor

import (
	"maps"
	"regexp"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Finding is a failure with a name.
type Finding struct {
	// Code is the row's, "LB4036"; empty when the failure is not in the catalogue.
	Code  string     `json:"code,omitempty"`
	Row   int        `json:"row,omitempty"`
	Hop   bridge.Hop `json:"hop,omitempty"`
	Title string     `json:"title"`
	// Said is the sentence that gave it away, without secrets.
	Said string `json:"said,omitempty"`
	// Parts are the names and values that the text holds: audience, issuer, account, project ...
	Parts   map[string]string `json:"parts,omitempty"`
	Cause   string            `json:"cause"`
	Check   string            `json:"check,omitempty"` // a command that shows it
	Fix     string            `json:"fix,omitempty"`   // one command that mends it
	Sources []string          `json:"sources,omitempty"`
	Docs    string            `json:"docs,omitempty"` // docs/errors.md#lb4036
}

// finding fills a row's templates.
func (r *Row) finding(hop bridge.Hop, said string, parts map[string]string) Finding {
	if hop == "" {
		hop = r.Hop
	}
	derive(parts)
	return Finding{
		Code: r.Code, Row: r.Number, Hop: hop, Title: r.Title, Said: said, Parts: parts,
		Cause: fill(r.Cause, parts, func(s string) string { return s }),
		Check: fill(r.Check, arguments(parts), quote), Fix: fill(r.Fix, arguments(parts), quote),
		Sources: r.Sources, Docs: "docs/errors.md#" + strings.ToLower(r.Code),
	}
}

var slot = bridge.FormOf(`\{([a-z]+)\|([^{}]*)\}`)

// fill puts the parts into a template, each as the caller wants it; a part that is not known stays a word in capitals. So
// does one that needs quotes where the template has quotes already: they would end those.
func fill(template string, parts map[string]string, as func(string) string) string {
	var out strings.Builder
	last := 0
	for _, at := range slot().FindAllStringSubmatchIndex(template, -1) {
		out.WriteString(template[last:at[0]])
		last = at[1]
		v := parts[template[at[2]:at[3]]]
		if v == "" || v == hidden || as(v) != v && quotesOpen(template[:at[0]]) {
			out.WriteString(template[at[4]:at[5]])
		} else {
			out.WriteString(as(v))
		}
	}
	out.WriteString(template[last:])
	return out.String()
}

// quotesOpen says whether what follows the text stands inside of a shell's quotes.
func quotesOpen(text string) bool {
	open := rune(0)
	for _, r := range text {
		switch {
		case open == 0 && (r == '\'' || r == '"'):
			open = r
		case r == open:
			open = 0
		}
	}
	return open != 0
}

// arguments leaves out what a command would take for a flag of its own: no name begins so, and gcloud's --flags-file reads
// a file of the caller's choice.
func arguments(parts map[string]string) map[string]string {
	out := maps.Clone(parts)
	maps.DeleteFunc(out, func(_, value string) bool { return strings.HasPrefix(value, "-") })
	return out
}

// quote makes a value one word for a POSIX shell: what an error claims must not become a command when pasted.
func quote(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@=,+%") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// surroundings are parts that stand anywhere in a text: in addresses, in other sentences.
var surroundings = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`projects/(?P<number>[0-9]+)/locations/global/workloadIdentityPools/(?P<pool>[a-z0-9-]+)(?:/providers/(?P<provider>[a-z0-9-]+))?`),
		regexp.MustCompile(`serviceAccounts/(?P<account>[^\s"'/:\\]+@[^\s"'/:\\]+):generate`),
		regexp.MustCompile(`system:serviceaccount:(?P<namespace>[a-z0-9-]+):(?P<ksa>[a-z0-9.-]+)`),
		regexp.MustCompile(`login\.microsoftonline\.com/(?P<tenant>[0-9a-fA-F-]{36})`),
		regexp.MustCompile(`projects/(?P<project>[a-z][a-z0-9:.-]+|[0-9]+)/locations/(?P<location>[a-z0-9-]+)/publishers/[a-z]+/models/(?P<model>[A-Za-z0-9@._-]+)`),
		regexp.MustCompile(`(?P<member>principal://iam\.googleapis\.com/[^\s"'\\,]+)`),
	}
})

// gather adds what the surroundings of a message say, where the message itself does not.
func gather(text string, parts map[string]string) {
	for _, re := range surroundings() {
		m := re.FindStringSubmatch(text)
		for i, name := range re.SubexpNames() {
			if m != nil && name != "" && parts[name] == "" && m[i] != "" {
				parts[name] = m[i]
			}
		}
	}
}

// derive works out parts that follow from others.
func derive(parts map[string]string) {
	set := func(name, value string) {
		if parts[name] == "" && value != "" {
			parts[name] = value
		}
	}
	if rest, ok := strings.CutPrefix(parts["subject"], "system:serviceaccount:"); ok {
		namespace, account, _ := strings.Cut(rest, ":")
		set("namespace", namespace)
		set("ksa", account)
	}
	if parts["subject"] == "" && parts["namespace"] != "" && parts["ksa"] != "" {
		set("subject", "system:serviceaccount:"+parts["namespace"]+":"+parts["ksa"])
	}
	if parts["number"] != "" && parts["pool"] != "" {
		pool := "projects/" + parts["number"] + "/locations/global/workloadIdentityPools/" + parts["pool"]
		if parts["provider"] != "" {
			set("providername", pool+"/providers/"+parts["provider"])
			set("tokenaudience", "https://iam.googleapis.com/"+pool+"/providers/"+parts["provider"])
		}
		if parts["subject"] != "" {
			set("member", "principal://iam.googleapis.com/"+pool+"/subject/"+parts["subject"])
		}
	}
}
