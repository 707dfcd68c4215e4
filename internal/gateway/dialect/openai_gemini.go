package dialect

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/landbridge/landbridge/internal/prompt"
)

// openaiGemini maps a chat to generateContent. size is about how long that becomes.
func openaiGemini(c *chat, t prompt.Target, size int, o Options) (Request, error) {
	if err := c.refuse(); err != nil {
		return Request{}, err
	}
	extra := c.extra()
	g := generate{settings: settings{SafetySettings: extra.SafetySettings, CachedContent: extra.CachedContent, Labels: labels(c.User, c.Metadata)}}
	turns := turns{model: t.Model, tag: extra.ThoughtTag}
	for i := range c.Messages {
		if err := turns.add(i, &c.Messages[i]); err != nil {
			return Request{}, err
		}
	}
	g.Contents = turns.contents
	if len(turns.system) > 0 {
		g.System = &content{Parts: turns.system}
	}
	if len(g.Contents) == 0 {
		return Request{}, invalid("messages", "there is no message of a user, an assistant or a tool", "add a message with role user")
	}
	if err := c.tools(&g); err != nil {
		return Request{}, err
	}
	if err := c.config(&g.Config, t.Model); err != nil {
		return Request{}, err
	}
	answer := &geminiOpenAI{
		options: o, model: c.Model, tag: extra.ThoughtTag, usage: c.StreamOptions.IncludeUsage,
		oneCall: c.ParallelCalls != nil && !*c.ParallelCalls, legacy: len(c.Functions) > 0,
	}
	r := Request{Target: t, Body: g.append(make([]byte, 0, size)), Stream: c.Stream, Answer: answer}
	r.Target.Method = "generateContent"
	if c.Stream {
		r.Target.Method, r.Query = "streamGenerateContent", "alt=sse"
	}
	return r, nil
}

// refuse names the first field that Gemini has no word for and that the answer would be another without.
func (c *chat) refuse() error {
	const instead = "leave it out, or ask a model that has it"
	switch {
	case len(c.LogitBias) > 0:
		return invalid("logit_bias", "single tokens cannot be weighed here", instead)
	case set(c.Audio):
		return invalid("audio", "spoken answers are not in this mapping", instead)
	case set(c.Moderation):
		return invalid("moderation", "OpenAI's moderation is not here", "use the gateway's guard, or google.safety_settings")
	case c.WebSearch != nil && set(c.WebSearch.Location):
		return invalid("web_search_options.user_location", "Google Search takes no location here", instead)
	case c.TopLogprobs != nil && !c.Logprobs:
		return invalid("top_logprobs", "it needs logprobs", "set \"logprobs\": true")
	}
	for _, unknown := range []struct {
		prefix string
		fields jsontext.Value
	}{{"", c.Unknown}, {"google.", c.extra().Unknown}} {
		if name := firstName(unknown.fields); name != "" {
			return invalid(unknown.prefix+shown(name), "this field is not known here", "leave it out; fields of Gemini's own go into google.* (safety_settings, thinking_config, cached_content, thought_tag_marker)")
		}
	}
	return nil
}

// extra is google.* wherever the client has put it.
func (c *chat) extra() googleExtra {
	switch {
	case c.Google != nil:
		return *c.Google
	case c.ExtraBody != nil && c.ExtraBody.Google != nil:
		return *c.ExtraBody.Google
	default:
		return googleExtra{}
	}
}

// set says whether a field is there and not null.
func set(v jsontext.Value) bool { return len(v) > 0 && v.Kind() != 'n' }

// firstName is the name of an object's first member that is not null.
func firstName(object jsontext.Value) string {
	if len(object) == 0 {
		return ""
	}
	var found string
	_ = members(object, func(name string, value jsontext.Value) {
		if found == "" && set(value) {
			found = name
		}
	})
	return found
}

// labels are what of the caller's own bookkeeping Google's labels can hold: a lower-case word each
// (docs.cloud.google.com/resource-manager/docs/labels-overview). What they cannot hold, an e-mail address for example,
// stays here.
func labels(user string, metadata map[string]string) map[string]string {
	out := map[string]string{}
	if user != "" && label(user) {
		out["user"] = user
	}
	for k, v := range metadata {
		if k != "" && k[0] >= 'a' && k[0] <= 'z' && label(k) && label(v) {
			out[k] = v
		}
	}
	return out
}

func label(s string) bool {
	return len(s) <= 63 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// index writes "messages[3]" and the like.
func index(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
