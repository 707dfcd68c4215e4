package splice_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/splice"
)

// chat is a conversation of so many turns, about 500 bytes each.
func chat(turns int) []byte {
	var b strings.Builder
	b.WriteString(`{"contents":[`)
	for i := range turns {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"role":"user","parts":[{"text":"%s\n\"%d\""}]}`, strings.Repeat("The quick brown fox jumps over it. ", 13), i)
	}
	b.WriteString(`],"generationConfig":{"temperature":0.20,"maxOutputTokens":1024}}`)
	return []byte(b.String())
}

// texts reads the text of every part, and changes one in four of them.
type texts struct{ n int }

func (*texts) Visit(at *splice.Path, kind byte) splice.Action {
	if kind == splice.String && at.Last() == "text" && at.Under("contents", "*", "parts", "*") {
		return splice.Read
	}
	return splice.Into
}

func (v *texts) Text(_ *splice.Path, text string) (string, error) {
	if v.n++; v.n%4 == 0 {
		return "PERSON_B2B2" + text[11:], nil
	}
	return text, nil
}
func (*texts) Raw(_ *splice.Path, raw []byte) ([]byte, error)                 { return raw, nil }
func (*texts) Leave(_ *splice.Path, _ func(name string) bool) []splice.Member { return nil }

func BenchmarkRewrite(b *testing.B) {
	for name, turns := range map[string]int{"1KB": 2, "32KB": 64} {
		body := chat(turns)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			dst := make([]byte, 0, 2*len(body))
			for b.Loop() {
				if _, err := splice.Rewrite(dst, body, &texts{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSSE(b *testing.B) {
	stream := bytes.Repeat([]byte(`data: {"candidates":[{"content":{"parts":[{"text":"some words of an answer"}]}}]}`+"\r\n\r\n"), 60)
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	var out []byte
	for b.Loop() {
		s := splice.NewSSE(1 << 20)
		out = out[:0]
		for rest := stream; len(rest) > 0; rest = rest[min(1000, len(rest)):] {
			events, err := s.Feed(rest[:min(1000, len(rest))])
			if err != nil {
				b.Fatal(err)
			}
			for _, e := range events {
				out = s.Append(out, e, e.Data)
			}
		}
	}
	if !bytes.Equal(out, stream) {
		b.Fatal("the stream was changed")
	}
}
