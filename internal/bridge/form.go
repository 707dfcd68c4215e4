package bridge

import (
	"regexp"
	"sync"
)

// Form is what a name, a path or a text must look like: an expression that is compiled when it is first asked. A hundred of
// them, compiled as the program starts, take half of its start and megabytes that most commands never read.
type Form func() *regexp.Regexp

// FormOf holds the expression. One that cannot be compiled panics when it is first asked.
func FormOf(expression string) Form {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
