package mask_test

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/prompt"
)

var prose = strings.Repeat("The committee will meet on the second floor to discuss the plans of the next year, and people are asked to be there. ", 9)

// BenchmarkMask is what masking costs besides the detectors: a text of 1 KB in which nothing stands.
func BenchmarkMask(b *testing.B) {
	m := masker(b, func(o *mask.Options) { o.Detectors = nil })
	b.SetBytes(int64(len(prose)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Session("").Mask(prose); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMaskFive masks a prompt of 1 KB with five values that the detectors have found, and restores an answer.
func BenchmarkMaskFive(b *testing.B) {
	text := "Write to Margaret Holloway (margaret.holloway@example.com, +44 20 7946 0958) of 12 Orchard Lane, card 4111 1111 1111 1111. " + prose[:900]
	found := []prompt.Finding{
		{Start: 9, End: 26, Type: "PERSON", Score: .85},
		{Start: 28, End: 57, Type: "EMAIL_ADDRESS", Score: 1},
		{Start: 59, End: 75, Type: "PHONE_NUMBER", Score: .75},
		{Start: 80, End: 95, Type: "STREET_ADDRESS", Score: .8},
		{Start: 102, End: 121, Type: "CREDIT_CARD", Score: 1},
	}
	m := masker(b, func(o *mask.Options) { o.Detectors, o.AnswersAction = nil, mask.Mask })
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		s := m.Session("")
		if _, err := s.MaskWith(text, found); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Answer(prose[:400]); err != nil {
			b.Fatal(err)
		}
		_ = s.Summary()
	}
}

// BenchmarkMaskMany masks a prompt with ten thousand values, all different.
func BenchmarkMaskMany(b *testing.B) {
	text, found := crowd(10_000)
	m := masker(b, func(o *mask.Options) { o.Detectors = nil })
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Session("").MaskWith(text, found); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUnmask reads a whole answer in which nothing stands.
func BenchmarkUnmask(b *testing.B) {
	s := masker(b, nil).Session("")
	masked(b, s, "Grace", "ada@example.com", "4111 1111 1111 1111")
	b.SetBytes(int64(len(prose)))
	b.ReportAllocs()
	for b.Loop() {
		s.Unmask(prose)
	}
}

// BenchmarkRestore restores a stream of 60 chunks, two of which hold a token.
func BenchmarkRestore(b *testing.B) {
	s := masker(b, nil).Session("")
	token := masked(b, s, "Grace", "ada@example.com")[0]
	chunks := strings.SplitAfterN(prose, " ", 60)
	chunks[20], chunks[40] = token[:4], token[4:]
	b.ReportAllocs()
	for b.Loop() {
		r := s.Restorer()
		for _, chunk := range chunks {
			r.Write(chunk)
		}
		r.Flush()
	}
}

// BenchmarkFilter filters the same stream, without the cost of detectors.
func BenchmarkFilter(b *testing.B) {
	s := masker(b, func(o *mask.Options) { o.Detectors = nil }).Session("")
	chunks := strings.SplitAfterN(prose, " ", 60)
	b.ReportAllocs()
	for b.Loop() {
		f := s.Filter(512)
		for _, chunk := range chunks {
			if _, err := f.Write(chunk); err != nil {
				b.Fatal(err)
			}
		}
	}
}
