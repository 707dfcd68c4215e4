package audit

import (
	"errors"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/bridge"
)

// appendRecord appends the record as the one JSON line that encoding/json would make of it, without reflection. The
// free-text fields are blacked out where they look like a token.
func appendRecord(b []byte, r *bridge.Record) ([]byte, error) {
	var err error
	b = append(b, `{"time":`...)
	if b, err = appendTime(b, r.Time); err != nil {
		return b, err
	}
	b = append(b, `,"event":`...)
	b = appendString(b, string(r.Event))
	b = appendField(b, `,"door":`, r.Door)
	b = appendField(b, `,"caller":`, redact(r.Caller))
	b = appendField(b, `,"issuer":`, r.Issuer)
	b = appendField(b, `,"subject":`, redact(r.Subject))
	b = appendField(b, `,"principal":`, string(r.Principal))
	for i, scope := range r.Scopes {
		if i == 0 {
			b = append(b, `,"scopes":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendString(b, scope)
	}
	if len(r.Scopes) > 0 {
		b = append(b, ']')
	}
	b = appendField(b, `,"audience":`, r.Audience)
	b = appendField(b, `,"token":`, r.Token)
	if !r.Expiry.IsZero() {
		b = append(b, `,"expiry":`...)
		if b, err = appendTime(b, r.Expiry); err != nil {
			return b, err
		}
	}
	b = appendField(b, `,"hop":`, string(r.Hop))
	b = appendField(b, `,"code":`, redact(r.Code))
	b = appendField(b, `,"reason":`, redact(r.Reason))
	if r.Call != nil {
		b = appendCall(b, r.Call)
	}
	if r.Data != nil {
		b = appendData(b, r.Data)
	}
	b = appendNumber(b, `,"took_ns":`, int64(r.Took))
	return append(b, '}', '\n'), nil
}

func appendCall(b []byte, c *bridge.Call) []byte {
	b = append(b, `,"call":{"id":`...)
	b = appendString(b, c.ID)
	b = appendField(b, `,"workload":`, redact(c.Workload))
	b = appendField(b, `,"rule":`, c.Rule)
	b = appendField(b, `,"dialect":`, c.Dialect)
	b = appendField(b, `,"method":`, c.Method)
	b = appendField(b, `,"model":`, redact(c.Model))
	b = appendField(b, `,"project":`, c.Project)
	b = appendField(b, `,"location":`, c.Location)
	b = appendNumber(b, `,"attempts":`, int64(c.Attempts))
	b = appendNumber(b, `,"status":`, int64(c.Status))
	b = appendField(b, `,"finish":`, c.Finish)
	b = appendNumber(b, `,"input_tokens":`, int64(c.Input))
	b = appendNumber(b, `,"output_tokens":`, int64(c.Output))
	b = appendNumber(b, `,"cost_nanos":`, c.Cost)
	b = appendField(b, `,"masked":`, c.Masked)
	b = appendField(b, `,"found":`, c.Found)
	b = appendField(b, `,"guard":`, redact(c.Guard))
	b = appendField(b, `,"score":`, c.Score)
	if c.Left {
		b = append(b, `,"client_left":true`...)
	}
	return append(b, '}')
}

func appendData(b []byte, d *bridge.Data) []byte {
	b = append(b, `,"data":{"run":`...)
	b = appendString(b, d.Run)
	b = append(b, `,"act":`...)
	b = appendString(b, d.Act)
	b = appendField(b, `,"dataset":`, d.Dataset)
	b = appendField(b, `,"source":`, redact(d.Source))
	b = appendField(b, `,"target":`, redact(d.Target))
	b = appendField(b, `,"at":`, redact(d.At))
	b = appendNumber(b, `,"objects":`, d.Objects)
	b = appendNumber(b, `,"bytes":`, d.Bytes)
	b = appendNumber(b, `,"damaged":`, d.Damaged)
	b = appendField(b, `,"manifest":`, d.Manifest)
	b = appendField(b, `,"outcome":`, d.Outcome)
	return append(b, '}')
}

func appendNumber(b []byte, key string, value int64) []byte {
	if value == 0 {
		return b
	}
	return strconv.AppendInt(append(b, key...), value, 10)
}

func appendField(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return appendString(append(b, key...), value)
}

func appendTime(b []byte, t time.Time) ([]byte, error) {
	if y := t.Year(); y < 0 || y > 9999 {
		return b, errors.New("the year is outside of 0 to 9999")
	}
	b = append(b, '"')
	b = t.AppendFormat(b, time.RFC3339Nano)
	return append(b, '"'), nil
}

const hexDigits = "0123456789abcdef"

// appendString quotes s as encoding/json does, which also keeps HTML out of viewers that render lines.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if asItIs(c) {
				i++
				continue
			}
			b = appendEscape(append(b, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, hexDigits[r&0xF])
			start = i + size
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}

// asItIs says whether an ASCII byte needs no escape: a bit each, because this is asked for every byte of the log.
func asItIs(c byte) bool {
	const low uint64 = (1<<64 - 1<<' ') &^ (1<<'"' | 1<<'&' | 1<<'<' | 1<<'>')
	const high uint64 = (1<<64 - 1) &^ (1 << ('\\' - 64))
	if c < 64 {
		return low>>c&1 != 0
	}
	return high>>(c-64)&1 != 0
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '\\', '"':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}
