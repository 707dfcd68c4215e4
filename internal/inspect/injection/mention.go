package injection

import (
	"math/bits"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/inspect/phrase"
)

// A prompt that only speaks of words has at most so many bytes, and these numbers of words outside of its quotations and
// bytes in all of them: what is longer may be a document.
const (
	maxMention = 400
	maxOutside = 24
	maxQuoted  = 120
)

// mention returns what a prompt says outside of its quotations when it only speaks of what stands in them: it asks to
// translate, count or explain them and nothing else, and they hold words of an attack but no wish about the answer. A
// program may have put a stranger's text between such marks, so they may have two aims only where it is asked whether they
// are an attack.
func (r *Reading) mention() (outside string, only bool) {
	if len(r.Text) > maxMention || r.forged || r.marks != 0 || len(r.kinds) > 0 || strings.ContainsAny(r.Text, "\n{}<>|") {
		return "", false
	}
	outside, quoted := unquote(r.Text)
	if quoted == "" || len(quoted) > maxQuoted {
		return "", false
	}
	out, in := phrase.Words(outside, nil), phrase.Words(quoted, nil)
	if len(out) > maxOutside || families().Find(outside, out) != 0 || mentions().Find(quoted, in)&wishes != 0 {
		return "", false
	}
	switch mentions().Find(outside, out) & (speaks | doubts | acts) {
	case doubts, speaks | doubts:
		return outside, true
	case speaks:
		return outside, bits.OnesCount64(families().Find(quoted, in)) <= 1
	}
	return "", false
}

// unquote returns what a folded text says outside of its quotations, and in them. Nothing is quoted where one does not end.
func unquote(text string) (outside, quoted string) {
	var out, in strings.Builder
	for i := 0; i < len(text); i++ {
		n := -1
		if opens(text, i) {
			n = closes(text[i+1:], text[i])
			if n < 0 && text[i] != '\'' { // which may be an apostrophe
				return text, ""
			}
		}
		if n < 0 {
			out.WriteByte(text[i])
			continue
		}
		in.WriteString(text[i+1 : i+1+n])
		in.WriteByte(' ')
		out.WriteByte(' ')
		i += n + 1
	}
	return out.String(), in.String()
}

// opens says whether a quotation begins at a byte.
func opens(text string, i int) bool {
	switch text[i] {
	case '"', '`':
		return true
	case '\'':
		return i == 0 || strings.IndexByte(" (:", text[i-1]) >= 0
	}
	return false
}

// closes returns where a quotation ends in the rest of a text, or -1. An apostrophe within a word ends none.
func closes(rest string, mark byte) int {
	for i := range len(rest) {
		if rest[i] == mark && (mark != '\'' || i+1 == len(rest) || strings.IndexByte(" .,;:?!)", rest[i+1]) >= 0) {
			return i
		}
	}
	return -1
}

// What mentions finds, as bits.
const (
	speaks uint64 = 1 << iota // of words
	doubts                    // whether they are an attack
	acts                      // on them, or has another wish
	wishes                    // something of the answer, which words in a quotation should not
)

var mentions = sync.OnceValue(func() *phrase.Set {
	return phrase.Compile([]phrase.Family{
		{Name: "speaks", Phrases: speaking},
		{Name: "doubts", Phrases: doubting},
		{Name: "acts", Phrases: acting},
		{Name: "wishes", Phrases: wishing},
	})
})

const speaking = `
translat*|paraphras*|rephras*|proofread*|transcrib*|classify|categori*|count|spell
what|whats ..6 mean|means|meaning|imply|implies|definition
what|which|whats ..2 language|verb|noun|subject|tense|part_of_speech|synonym*|antonym*|difference
how ..3 say|spell|pronounce|write ..9 in
how_many ..2 words|letters|syllables|verbs|nouns|vowels|characters|tokens
which ..3 words|word|letters|headlines|headline
is|whether ..9 idiom*|synonym*|sarcas*|rude|polite|formal|correct|grammatical*|clickbait
explain|describe|analyse|analyze|define ..5 phrase|term|expression|sentence|idiom|wording|headline|title|paper|joke|comment|quote
why_does|why_do|why_is|why_are|why_would|who_said|who_says|who_wrote|who_sang|where_does
grammar|spelling|tone|sentiment|meaning|synonym*|antonym*|definition|subject|tense|etymology|translation|origin|history ..2 of|for|in
extract|underline|find|list|name|identify ..3 verb*|noun*|adjective*|adverb*|keyword*|entities
test*|regex|pattern|expression|filter|rule|function|query|detector|classifier|scanner ..9 detect*|match*|block*|catch*|flag*|find*|contain*|search*
use|using ..3 word|words|phrase|verb|term ..9 sentence*
übersetz*|was_bedeutet|was_heißt|wie_sagt_man|wie_heißt
traduis*|traduire|que_veut_dire|que_signifie|comment_dit_on
traduc*|qué_significa|cómo_se_dice
traduci|tradurre|cosa_significa|che_significa|come_si_dice
traduz*|o_que_significa|como_se_diz
`

const doubting = `
is|whether|would|isnt ..9 injection|injections|jailbreak|attack|phishing|spam|malicious|harmful|dangerous|suspicious
classify|categori* ..9 malicious|injection|jailbreak|attack|spam|harmful
`

const acting = `
follow*|obey*|execut*|compl*|perform*|act|acting|adhere|apply|carry|simulat*|pretend*|roleplay|decod*|decrypt*|run|use_it|treat|demonstrat*|enter|stay|remain
then|next|first|afterwards|finally|instead|also|after_that|once|before|when|while
do ..1 what|it|so|that|this|exactly|as|whatever|them|anything
answer*|respond*|reply|replies|print*|output*|reveal*|show*|tell|repeat*|continue*|finish|return*|give_me|provide|ignor*|forget|leak*|disclos*|expos*
your|yours|yourself|youre|you_are|you_must|you_will|you_were|you_have|you_should|you_need|you_can|you_may|you_do|you_now|i_am|im
start*|begin*|end_with|prefix*|prepend*|append*|include|including
action*|behavior*|behaviour*|effect|practice|help_with|to_you|without|above|confidential|secret*|hidden
und|dann|danach|befolg*|antwort*|et|puis|ensuite|suis|y|luego|sigue|e|poi|segui|depois|siga
`

const wishing = `
translat*|classif*|summar*|instead|answer*|respond*|reply|replies|output*|übersetz*|tradu*
`
