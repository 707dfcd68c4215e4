package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/bridge"
)

// usageWidth is how wide the list of flags may get.
const usageWidth = 100

// wrapUsage breaks the lines of cobra's own usage text that are too wide. A usage template with FlagUsagesWrapped would do
// it as well, and would link text/template, which keeps every method of every type: 3 MiB.
func wrapUsage(usage func(*cobra.Command) error) func(*cobra.Command) error {
	return func(c *cobra.Command) error {
		to := c.OutOrStderr()
		var text strings.Builder
		c.SetOut(&text)
		err := usage(c)
		c.SetOut(to)
		if err != nil {
			return err
		}
		for line := range strings.Lines(text.String()) {
			if _, err := io.WriteString(to, wrapFlag(line)); err != nil {
				return err
			}
		}
		return nil
	}
}

// flagHead is what stands before a flag's description: its names, its kind of value, blanks.
var flagHead = bridge.FormOf(`^ +(-\w, )?--\S+( \S+)? {2,}`)

// wrapFlag breaks a flag's line at blanks, below its description.
func wrapFlag(line string) string {
	head := flagHead().FindString(line)
	if head == "" {
		return line
	}
	var out strings.Builder
	for len(line) > usageWidth {
		cut := strings.LastIndexByte(line[:usageWidth], ' ')
		if cut <= len(head) {
			break
		}
		out.WriteString(line[:cut] + "\n")
		line = strings.Repeat(" ", len(head)) + line[cut+1:]
	}
	return out.String() + line
}
