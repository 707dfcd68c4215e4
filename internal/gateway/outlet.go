package gateway

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/gateway/dialect"
	"github.com/landbridge/landbridge/internal/splice"
)

// outlet is where a stream leaves: events in, bytes out, in the framing of the upstream or in another dialect. The event
// that ends the answer is held until the record of the call is written, or until another event shows that it did not.
type outlet struct {
	c         *call
	frames    splice.Stream
	translate dialect.Translator // nil for the native dialect
	buf       []byte
	lent      *[]byte // what buf is of; nil while there is nothing in it
	free      int     // how much of buf may leave
	ending    bool    // what lies behind free ends the answer
}

func (c *call) newOutlet(s splice.Stream) *outlet {
	o := &outlet{c: c, frames: s}
	if c.mapped.Answer != nil {
		o.translate = c.mapped.Answer.Stream()
		c.w.Header()["Content-Type"] = eventStream
	}
	return o
}

// borrow takes a buffer for what comes next, and giveBack returns it where nothing is left in it: thousands of streams wait
// at the same time.
func (o *outlet) borrow() {
	if o.buf == nil {
		o.lent = o.c.g.buffers.get()
		o.buf = (*o.lent)[:0]
	}
}

func (o *outlet) giveBack() {
	if o.lent != nil && len(o.buf) == 0 {
		*o.lent = o.buf
		o.c.g.buffers.put(o.lent)
		o.buf, o.lent = nil, nil
	}
}

var eventStream = []string{"text/event-stream"}

// pass writes an event of the upstream, with data as its payload.
func (o *outlet) pass(e splice.Event, data []byte) (err error) {
	switch {
	case o.translate == nil:
		o.buf = o.frames.Append(o.buf, e, data)
	case e.Data != nil:
		o.buf, err = o.translate.Event(o.buf, e.Name, data)
	}
	return err
}

// insert writes an event of ours.
func (o *outlet) insert(name string, data []byte) (err error) {
	if o.translate == nil {
		o.buf = o.frames.Insert(o.buf, name, data)
		return nil
	}
	o.buf, err = o.translate.Event(o.buf, name, data)
	return err
}

// own writes an event of ours; the end of an OpenAI stream is the translator's own.
func (o *outlet) own(e ownEvent) error {
	if o.translate != nil && string(e.data) == "[DONE]" {
		return nil
	}
	return o.insert(e.name, e.data)
}

// hold keeps what is written from now on until release.
func (o *outlet) hold() { o.ending = true }

// release lets everything that is written leave with the next flush.
func (o *outlet) release() { o.free, o.ending = len(o.buf), false }

// finish writes the end of the stream; cut says that the upstream's own end is not there.
func (o *outlet) finish(cut bool) {
	switch {
	case o.translate != nil:
		o.buf = o.translate.End(o.buf)
	case cut:
		o.buf = o.frames.Close(o.buf)
	}
}

// fail writes an error as the last event.
func (o *outlet) fail(err error) {
	c := o.c
	if o.translate != nil {
		o.buf = o.translate.Fail(o.buf, err, c.log.ID)
		return
	}
	speaks, name := c.shape.errors()
	_, body := speaks.Refusal(err, c.log.ID)
	o.buf = o.frames.Close(o.frames.Insert(o.buf, name, body))
}

// flush sends what may leave.
func (o *outlet) flush() error {
	if !o.ending {
		o.free = len(o.buf)
	}
	if o.free == 0 {
		return nil
	}
	control := http.NewResponseController(o.c.w)
	if !o.c.sent {
		o.c.open(o.c.log.Status)
	} else {
		_ = control.SetWriteDeadline(o.c.g.o.Clock().Add(o.c.g.o.WriteTimeout)) // not every test server has one
	}
	_, err := o.c.w.Write(o.buf[:o.free])
	o.buf = append(o.buf[:0], o.buf[o.free:]...)
	o.free = 0
	if err == nil {
		err = control.Flush()
	}
	return o.c.left(err)
}
