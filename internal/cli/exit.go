package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

// exitCode is one row of the table that the documentation, the help and the tests share.
type exitCode struct {
	code    int
	kind    bridge.Kind // the error that ends with it; 0 for none
	meaning string
}

func exitCodes() []exitCode {
	return []exitCode{
		{0, 0, "done"},
		{1, bridge.Fault, "fault of ours"},
		{2, bridge.Usage, "usage or configuration"},
		{3, bridge.Refused, "refused by policy or guard"},
		{4, bridge.Denied, "trust or permission refused by a cloud"},
		{5, bridge.Unreachable, "far side unreachable or out of quota"},
		{6, bridge.Damaged, "verification found damage"},
		{7, bridge.Drifted, "drift found"},
	}
}

// ended is an outcome that is printed already, or, for exec, another program's: the process ends with this code and says
// nothing more.
type ended struct{ code int }

func (e ended) Error() string { return fmt.Sprintf("ended with exit code %d", e.code) }

// exitOf is the exit code of a command's outcome.
func exitOf(err error) int {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[ended](err); ok {
		return e.code
	}
	kind := bridge.KindOf(err)
	for _, row := range exitCodes() {
		if row.code > 0 && row.kind == kind {
			return row.code
		}
	}
	return 1
}

// flagError explains a flag that could not be parsed, and suggests the nearest one.
func flagError(cmd *cobra.Command, err error) error {
	e := &bridge.Error{Kind: bridge.Usage, Code: "flag_invalid", Text: err.Error(), Hint: cmd.CommandPath() + " --help lists the flags"}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return e
	}
	e.Code = "unknown_flag"
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := config.Nearest(unknown.GetSpecifiedName(), names); near != "" {
		e.Hint = "did you mean --" + near + "?"
	}
	return e
}

// asUsage turns what cobra itself found wrong (arguments, required flags) into an error of usage.
func asUsage(err error) error {
	if _, ok := errors.AsType[*bridge.Error](err); ok {
		return err
	}
	return &bridge.Error{Kind: bridge.Usage, Code: "arguments_invalid", Text: err.Error(), Hint: "add --help to see how it is used"}
}

// oneFile wants exactly one argument, and says which.
func oneFile(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return &bridge.Error{
			Kind: bridge.Usage, Code: "arguments_invalid", Text: fmt.Sprintf("%s wants one %s and got %d arguments", cmd.CommandPath(), what, len(args)),
			Hint: strings.TrimSpace(strings.SplitN(cmd.Example, "\n", 2)[0]),
		}
	}
}

// one wants exactly one argument, and says what it is and who lists what may be said.
func one(cmd *cobra.Command, args []string, what, hint string) error {
	if len(args) == 1 {
		return nil
	}
	return &bridge.Error{Kind: bridge.Usage, Code: "argument_missing", Text: cmd.CommandPath() + " wants " + what, Hint: hint}
}

// countFlag is how many: one at least.
type countFlag int

func (f *countFlag) String() string { return strconv.Itoa(int(*f)) }
func (f *countFlag) Type() string   { return "int" }
func (f *countFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return errors.New("write a whole number of at least 1")
	}
	*f = countFlag(n)
	return nil
}

// oneOf refuses what is none of the values that a flag has, and names those.
func oneOf(flag, value string, values []string) error {
	if slices.Contains(values, value) {
		return nil
	}
	return &bridge.Error{
		Kind: bridge.Usage, Code: "flag_invalid", Text: fmt.Sprintf("--%s %q is not known", flag, value), Hint: "write one of " + strings.Join(values, ", "),
	}
}

// asksForJSON finds --output json in a command line that could not be parsed, so that its error is JSON too.
func asksForJSON(args []string) bool {
	for i, arg := range args {
		switch {
		case arg == "--":
			return false
		case arg == "--output=json", arg == "--output" && i+1 < len(args) && args[i+1] == "json":
			return true
		}
	}
	return false
}
