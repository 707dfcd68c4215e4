package main

import (
	"fmt"
	"strings"
)

// dialect is whose words a request is in.
type dialect bool

const (
	native dialect = false
	openAI dialect = true
)

const model = "google/mock"

// prompt is a text of about n bytes, as somebody writes to a model: prose, with personal data in the first kilobyte.
func prompt(n int) string {
	var b strings.Builder
	b.WriteString("Write a friendly reply to Margaret Holloway (margaret.holloway@example.com, +44 20 7946 0958), whose order 7731 went to " +
		"12 Orchard Lane, Bristol instead of her office. She paid with card 4111 1111 1111 1111 and asks for the money back. ")
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "In week %d the parcel was scanned %d times between the two depots, and the driver noted that nobody was at home in the afternoon. ", i+1, i%7+2)
	}
	return b.String()[:n]
}

// request is a whole HTTP request for a text, ready to be sent again and again.
func (t *target) request(text string) []byte {
	path, body := t.path, fmt.Sprintf(`{"contents":[{"role":"user","parts":[{"text":%q}]}],"generationConfig":{"temperature":0.2,"maxOutputTokens":256}}`, text)
	if t.speaks == openAI {
		body = fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":%q}],"temperature":0.2,"max_tokens":256}`, model, text)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", path, t.addr, len(body))
	_ = t.header.Write(&b)
	b.WriteString("\r\n" + body)
	return []byte(b.String())
}

const (
	chatPath  = "/v1/chat/completions"
	modelPath = "/v1/projects/landbridge-demo/locations/europe-west4/publishers/google/models/"
)
