// Package cli is the command line: commands, printing, hints and exit codes.
//
// Arguments, streams and the environment enter; results leave on standard output, progress, hints and errors on standard
// error, and an exit code. Commands read the configuration, call app, and print: no cloud and no door is touched here,
// and nothing happens while a command is built, because every run builds them all.
package cli

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/bridge"
)

// IO is what a run gets from its process.
type IO struct {
	Args    []string // without the program's name
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Environ []string // KEY=VALUE
	Dir     string   // the working directory; relative paths start here
}

// Main runs one command line and returns its exit code. It is all that main calls, and what scripts test.
func Main(ctx context.Context, io IO, version string) int {
	d := &deps{ctx: ctx, io: io, version: version}
	d.out = newPrinter(io, d.env())
	root := newRoot(d)
	root.SetArgs(io.Args)
	ran := false
	markRun(root, &ran)
	err := errors.Join(root.ExecuteContext(ctx), d.close())
	if err != nil && !ran {
		d.out.json = d.out.json || asksForJSON(io.Args)
		err = asUsage(err)
	}
	return d.out.finish(err)
}

// newRoot builds the command tree: the list of what is in the binary.
func newRoot(d *deps) *cobra.Command {
	root := &cobra.Command{
		Use:               "landbridge",
		Short:             "Joins Azure and Google Cloud Vertex AI without keys",
		Long:              rootHelp,
		Example:           rootExample,
		SilenceUsage:      true,
		SilenceErrors:     true,
		Args:              cobra.ArbitraryArgs,
		RunE:              d.group,
		PersistentPreRunE: func(*cobra.Command, []string) error { return d.out.setFormat(d.output, d.quiet) },
	}
	root.SetIn(d.io.Stdin)
	root.SetOut(d.io.Stdout)
	root.SetErr(d.io.Stderr)
	root.SetFlagErrorFunc(flagError)
	d.persistentFlags(root.PersistentFlags())
	root.SetUsageFunc(wrapUsage(root.UsageFunc()))
	root.SetHelpCommand(newHelpCommand())
	root.SetCompletionCommandGroupID(groupMore)
	root.AddCommand(
		newTokenCommand(d),
		newExecCommand(d),
		newCredentialsCommand(d),
		newUpCommand(d),
		newServeCommand(d),
		newSandboxCommand(d),
		newBackupCommand(d),
		newDatasetCommand(d),
		newJobsCommand(d),
		newSecretCommand(d),
		newSetupCommand(d),
		newDoctorCommand(d),
		newExplainCommand(d),
		newAuditCommand(d),
		newRevokeCommand(d),
		newConfigCommand(d),
		newTrustCommand(d),
		newPolicyCommand(d),
		newGuardCommand(d),
		newVersionCommand(d),
		newExitCodesTopic(),
	)
	addGroups(root)
	return root
}

// The groups of "landbridge --help". A command names its own in GroupID.
const (
	groupTokens = "tokens" // get a token and use it
	groupRun    = "run"    // run a bridge, or the pretended clouds
	groupData   = "data"   // backups and datasets
	groupSetup  = "setup"  // wire the clouds, and find out what is wrong
	groupConfig = "config" // configuration and rules, offline
	groupMore   = "more"   // the rest
)

// addGroups declares the groups that have a command; cobra would print the others as empty headings.
func addGroups(root *cobra.Command) {
	used := map[string]bool{groupMore: true}
	for _, c := range root.Commands() {
		used[c.GroupID] = true
	}
	for _, g := range []*cobra.Group{
		{ID: groupTokens, Title: "Get a token and use it:"},
		{ID: groupRun, Title: "Run the bridge, or the pretended clouds:"},
		{ID: groupData, Title: "See backups, and bring datasets across:"},
		{ID: groupSetup, Title: "Wire both clouds, and find out what is wrong:"},
		{ID: groupConfig, Title: "Check, without any call:"},
		{ID: groupMore, Title: "More:"},
	} {
		if used[g.ID] {
			root.AddGroup(g)
		}
	}
}

// markRun notes when a command itself begins: an error before that is one of usage.
func markRun(cmd *cobra.Command, ran *bool) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			*ran = true
			return run(cmd, args)
		}
	}
	for _, c := range cmd.Commands() {
		markRun(c, ran)
	}
}

// group is the run of a command that only holds others: its help, or a suggestion for a name that it does not know.
func (d *deps) group(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	e := &bridge.Error{
		Kind: bridge.Usage, Code: "unknown_command",
		Text: "unknown command \"" + args[0] + "\" for " + cmd.CommandPath(),
		Hint: cmd.CommandPath() + " --help lists the commands",
	}
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		e.Hint = "did you mean " + cmd.CommandPath() + " " + near[0] + "?"
	}
	return e
}
