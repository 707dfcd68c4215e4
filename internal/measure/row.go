// Package measure says how good the guard is: labelled rows and what was found in them enter; counts, precision, recall, F1
// and F2 leave, by type and by source.
//
// It must know nothing of how things are found, and must never print a row's text.
package measure

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Row is one line of labelled data: JSON with text, and label or spans.
type Row struct {
	ID     json.RawMessage `json:"id"` // a string or a number
	Source string          `json:"source"`
	Kind   string          `json:"kind"` // of an attack or of a benign text
	Sub    string          `json:"sub"`  // the same for toxicity
	Label  *int            `json:"label"`
	Text   *string         `json:"text"`
	Spans  []Span          `json:"spans"`

	Line int `json:"-"` // in the file, from 1
}

// Span is a labelled place; Start and End count code points, End is not part of it.
type Span struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Type  string `json:"type"`
}

// MaxLine is the longest line that is read, in bytes.
const MaxLine = 64 << 20

// Read hands out each row of JSON Lines. It ends with the first error, its own or each's; its own names the line.
func Read(r io.Reader, each func(Row) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for line := 1; ; line++ {
		data, err := readLine(in)
		if err == io.EOF && len(data) == 0 { //nolint:errorlint // ReadLine gives io.EOF itself
			return nil
		}
		if err != nil && err != io.EOF { //nolint:errorlint // as above
			return &bridge.Error{Kind: bridge.Usage, Code: "row_unreadable", Text: fmt.Sprintf("line %d cannot be read", line), Cause: err}
		}
		if len(bytes.TrimSpace(data)) > 0 {
			row := Row{Line: line}
			if err := json.Unmarshal(data, &row); err != nil {
				return &bridge.Error{Kind: bridge.Usage, Code: "row_invalid", Text: fmt.Sprintf("line %d is not a row: %s", line, reason(err)), Hint: `write {"id": "1", "text": "..."} on a line of its own`}
			}
			if row.Text == nil {
				return &bridge.Error{Kind: bridge.Usage, Code: "row_invalid", Text: fmt.Sprintf("line %d has no text", line), Hint: `write {"id": "1", "text": "..."} on a line of its own`}
			}
			if err := each(row); err != nil {
				return err
			}
		}
		if err == io.EOF { //nolint:errorlint // as above
			return nil
		}
	}
}

// readLine reads up to and without the next line feed.
func readLine(in *bufio.Reader) ([]byte, error) {
	var out []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(out)+len(part) > MaxLine {
			return nil, fmt.Errorf("it is longer than %d bytes", MaxLine)
		}
		out = append(out, part...)
		if err != bufio.ErrBufferFull { //nolint:errorlint // ReadSlice gives it itself
			return bytes.TrimSuffix(out, []byte("\n")), err
		}
	}
}

// reason is what encoding/json says, without the text of the row: only its own words and Go's names of types.
func reason(err error) string {
	switch e := err.(type) { //nolint:errorlint // json.Unmarshal returns them bare
	case *json.UnmarshalTypeError:
		if e.Field == "" {
			return "it is no JSON object"
		}
		return fmt.Sprintf("%s is a %s where a %s is wanted", e.Field, e.Value, e.Type)
	case *json.SyntaxError:
		return fmt.Sprintf("no JSON at byte %d", e.Offset)
	}
	return "no JSON"
}

// CodePoints turns byte offsets of text, in ascending order, into code points.
func CodePoints(text string, offsets []int) []int {
	out := make([]int, len(offsets))
	at, points := 0, 0
	for i, o := range offsets {
		points += utf8.RuneCountInString(text[at:o])
		out[i], at = points, o
	}
	return out
}
