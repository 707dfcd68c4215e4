package injection

import (
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/inspect/phrase"
)

// families are the rules, by what an attacker wants; each name is one that logs and dashboards show. A rule is evidence
// among other evidence: what it weighs was learned.
var families = sync.OnceValue(func() *phrase.Set {
	return phrase.Compile([]phrase.Family{
		{Name: "override", Phrases: overrides + overridesAbroad},
		{Name: "new_instructions", Phrases: newInstructions},
		{Name: "reveal_prompt", Phrases: reveals + revealsAbroad},
		{Name: "secret", Phrases: secrets},
		{Name: "private_data", Phrases: privateData},
		{Name: "persona", Phrases: personas},
		{Name: "unrestricted", Phrases: unrestricted},
		{Name: "mode_switch", Phrases: modes},
		{Name: "two_answers", Phrases: twoAnswers},
		{Name: "refusal_suppression", Phrases: suppression},
		{Name: "fiction", Phrases: fiction},
		{Name: "authority", Phrases: authority},
		{Name: "coercion", Phrases: coercion},
		{Name: "forced_opening", Phrases: forcedOpening},
		{Name: "payload_splitting", Phrases: splitting},
		{Name: "decode_and_follow", Phrases: smuggling},
		{Name: "exfiltration", Phrases: exfiltration},
		{Name: "tool_hijack", Phrases: toolHijack},
		{Name: "to_assistant", Phrases: toAssistant},
		{Name: "answer_tampering", Phrases: tampering},
		{Name: "code_insertion", Phrases: codeInsertion},
		{Name: "harmful_request", Phrases: harmful},
	})
})

// markers are pieces of chat templates, by their first byte; they mean that a text pretends to be more than one.
var markers = [...][]string{
	{
		"<|im_start|>", "<|im_end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|endoftext|>", "<|eot_id|>", "<|start_header_id|>", "<|begin_of_text|>", "<<sys>>", "<</sys>>",
		"<start_of_turn>", "<end_of_turn>", "<system>", "</system>", "<system_prompt>", "</system_prompt>", "<assistant>", "</user>", "</document>", "</context>", "</data>",
		"</tool_result>", "<tool_call>", "<function_call", "<invoke", "</untrusted", "<information>", "<important>",
	},
	{"[inst]", "[/inst]", "[system]", "[/system]", "[system message", "[system note", "[system override", "[admin", "[assistant]"},
	{"### instruction", "###instruction", "### system", "### response:", "### user"},
	{`"role": "system"`, `"role":"system"`},
}

// forged says whether a folded text has a marker, or a line that begins like another speaker's.
func forged(text string) bool {
	for _, alike := range markers {
		first := alike[0][0]
		for at := strings.IndexByte(text, first); at >= 0; at = after(text, at, first) {
			for _, m := range alike {
				if strings.HasPrefix(text[at:], m) {
					return true
				}
			}
		}
	}
	return strings.HasPrefix(text, "system:") || strings.Contains(text, "\nsystem:") ||
		strings.Contains(text, "\nassistant:") && (strings.Contains(text, "\nuser:") || strings.HasPrefix(text, "user:"))
}

// after returns the next place of c in text after at, or -1.
func after(text string, at int, c byte) int {
	if n := strings.IndexByte(text[at+1:], c); n >= 0 {
		return at + 1 + n
	}
	return -1
}
