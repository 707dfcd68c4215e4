package dialect

import "github.com/go-json-experiment/json/jsontext"

// chunks writes the events of a streamed chat.
type chunks struct {
	head  *completion // nil until the first event
	usage bool        // a last event holds the usage; the others say null
}

// begin takes what all events have in common from the first.
func (c *chunks) begin(head *completion) {
	c.head = head
	if c.usage {
		head.Usage = jsontext.Value("null")
	}
}

// add writes one event.
func (c *chunks) add(dst []byte, choices ...choice) []byte {
	c.head.Choices = choices
	return append(c.head.append(append(dst, "data: "...)), "\n\n"...)
}

// end writes the usage, where it was asked for, and the stream's end.
func (c *chunks) end(dst []byte, usage jsontext.Value) []byte {
	if c.usage {
		c.head.Usage = usage
		dst = c.add(dst, []choice{}...)
	}
	return append(dst, "data: [DONE]\n\n"...)
}
