package dialect

import (
	"strconv"
	"strings"
	"testing"
)

// prose is text of about n bytes with what text has: line breaks, quotes, letters beyond ASCII.
func prose(n int) string {
	const line = "The harbour office said \"wait for the tide\"; the crew of the Ægir did not.\n"
	return strings.Repeat(line, n/len(line)+1)
}

func asked(n int) []byte {
	return marshal(map[string]any{
		"model": "gemini-2.5-flash", "temperature": 0.7, "max_tokens": 100,
		"messages": []any{
			map[string]any{"role": "system", "content": "You are a pilot's assistant."},
			map[string]any{"role": "user", "content": prose(n)},
		},
		"tools": []any{map[string]any{"type": "function", "function": map[string]any{
			"name": "tide", "parameters": map[string]any{"type": "object", "properties": map[string]any{"at": map[string]any{"type": "string"}}},
		}}},
	})
}

func BenchmarkChat(b *testing.B) {
	for _, kb := range []int{1, 4, 32} {
		b.Run(strconv.Itoa(kb)+"KB", func(b *testing.B) {
			body, o := asked(kb<<10-500), options()
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Chat(body, o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A picture of 4 MiB as a data URL.
func BenchmarkChatImage(b *testing.B) {
	body := []byte(`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,` +
		strings.Repeat("iVBORw0KGgo0", 4<<20/12) + `"}}]}]}`)
	o := options()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Chat(body, o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMessages(b *testing.B) {
	body, o := []byte(`{"model":"claude-sonnet-4-5","max_tokens":100,"messages":[{"role":"user","content":`+string(marshal(prose(32<<10)))+`}]}`), options()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Messages(body, o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWhole(b *testing.B) {
	r, err := Chat(asked(100), options())
	if err != nil {
		b.Fatal(err)
	}
	body := event(prose(1<<10), "STOP")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Answer.Whole(body); err != nil {
			b.Fatal(err)
		}
	}
}

// One event of a stream.
func BenchmarkEvent(b *testing.B) {
	r, err := Chat(asked(100), options())
	if err != nil {
		b.Fatal(err)
	}
	s, data := r.Answer.Stream(), event("A few words of an answer ", "")
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		if dst, err = s.Event(dst[:0], "", data); err != nil {
			b.Fatal(err)
		}
	}
}
