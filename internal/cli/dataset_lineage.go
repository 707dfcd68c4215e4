package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
)

func newDatasetLineageCommand(d *deps) *cobra.Command {
	var point string
	cmd := &cobra.Command{
		Use:   "lineage DATASET",
		Short: "Walk from the models that use a dataset back to its Azure recovery points",
		Long: "Lineage reads the signed manifests of a dataset and asks Vertex AI what uses the copies. It prints\n" +
			"the way from each model back over the copy and the run that made it to the source, the recovery\n" +
			"point and the protected item. With --recovery-point it answers the question backwards: which\n" +
			"models were trained from data that was restored from it. Labels that are not as Azure's tags say\n" +
			"are reported, not changed.",
		Example: "  landbridge dataset lineage fraud-train\n  landbridge dataset lineage fraud-train --recovery-point 5e0fd1b6",
		Args:    oneDataset,
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				l, err := b.Lineage(cmd.Context(), args[0], point)
				if err != nil {
					return err
				}
				if d.out.json {
					return d.out.encode(l)
				}
				return d.printLineage(l, point)
			})
		},
	}
	cmd.Flags().StringVar(&point, "recovery-point", "", "also what was made from this `point`")
	return cmd
}

func (d *deps) printLineage(l app.Lineage, point string) error {
	if len(l.Tree) == 0 {
		_ = d.out.line("nothing is known of %s yet: landbridge dataset sync %s makes its first copy", l.Dataset, l.Dataset)
	}
	for _, n := range l.Tree {
		d.printNode(n, "", "")
	}
	if point != "" {
		_ = d.out.line("")
		if len(l.Reached) == 0 {
			_ = d.out.line("nothing in Vertex AI is known to be made from recovery point %s", point)
		}
		for _, r := range l.Reached {
			later := ""
			if r.Later {
				later = "; other runs changed some of it before"
			}
			_ = d.out.line("%s %s was made from it, by run %s%s", r.Use.Kind, r.Use.Name, r.Copy.Run, later)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Differences)) {
		for _, diff := range l.Differences[name] {
			d.out.progress("%s %s: label %s is %q, Azure says %q (%s)", colour(d.out.errColours, yellow, "label:"), name, diff.Key, diff.Have, diff.Want, diff.Kind)
		}
	}
	for _, g := range l.Gaps {
		d.out.progress("%s %s", colour(d.out.errColours, yellow, "not asked:"), g)
	}
	return nil
}

// printNode prints a station and those below it, as a tree.
func (d *deps) printNode(n *app.LineageNode, lead, below string) {
	text := n.Kind + " " + n.Name
	if n.Detail != "" {
		text += "  " + colour(d.out.outColours, faint, n.Detail)
	}
	if !n.At.IsZero() {
		text += "  " + colour(d.out.outColours, faint, when(n.At))
	}
	_ = d.out.line("%s%s", lead, strings.TrimSpace(text))
	for i, from := range n.From {
		if i == len(n.From)-1 {
			d.printNode(from, below+"└─ ", below+"   ")
			continue
		}
		d.printNode(from, below+"├─ ", below+"│  ")
	}
}
