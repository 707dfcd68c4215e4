package app

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/inspect"
)

// benchText is a kilobyte as somebody writes to a model, with personal data in it.
const benchText = "Please write a short and friendly reply to the letter below, and say that we will look into it this week. " +
	"My name is Maria Schneider and I ordered a lamp on the third of May. It came on Tuesday and its switch does not work. " +
	"You can reach me at maria.schneider@example.com or at +49 30 901820 during the day, and I live at Hauptstrasse 12 in Berlin. " +
	"I paid with my card 4111 1111 1111 1111. I have bought from your shop before and was always happy with it, so I hope that this can be solved soon. "

// BenchmarkGuard is what the profile standard does with a prompt of a kilobyte and an answer of 400 bytes.
func BenchmarkGuard(b *testing.B) {
	prompt := (benchText + strings.Repeat("The lamp stands in the hall, where it is dark in the evening, and the children are afraid of the dark. ", 6))[:1024]
	answer := strings.Repeat("Thank you for your letter. We are sorry to hear that the switch of your lamp does not work. ", 5)[:400]
	g, err := guards{app: &App{}, cfg: &config.Config{}}.guard(config.StandardProfile)
	if err != nil {
		b.Fatal(err)
	}
	for name, work := range map[string]func(){
		"mask":      func() { _, _ = g.Masker.Session("").Mask(prompt) },
		"injection": func() { g.Inspector.Prompt(prompt, inspect.User) },
		"answer":    func() { _, _ = g.Masker.Session("").Answer(answer) },
		"links":     func() { inspect.Links(answer, nil) },
		"harm":      func() { inspect.Harm(answer, 0.7) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				work()
			}
		})
	}
}
