package config

import "fmt"

// Origin says where a value came from. The zero value is the default.
type Origin struct {
	File         string // the file, with Line and Column from 1
	Line, Column int
	Variable     string // or the environment variable
	Flag         string // or the flag, without dashes
	From         string // or the path that it was derived from
}

// String is how "config explain" and problems name the origin.
func (o Origin) String() string {
	switch {
	case o.Flag != "":
		return "flag --" + o.Flag
	case o.Variable != "":
		return "environment " + o.Variable
	case o.File != "":
		return fmt.Sprintf("%s:%d:%d", o.File, o.Line, o.Column)
	case o.From != "":
		return "from " + o.From
	}
	return "default"
}

// rank orders origins by what overrides what.
func (o Origin) rank() int {
	switch {
	case o.Flag != "":
		return 3
	case o.Variable != "":
		return 2
	case o.File != "":
		return 1
	}
	return 0
}
