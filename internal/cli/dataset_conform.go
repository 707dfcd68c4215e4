package cli

import (
	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newDatasetConformCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:   "conform PLACE",
		Short: "Hold a bucket, a container or a directory to what copies need of it",
		Long: "Conform writes small objects below a prefix of its own in the place, tries everything that copies,\n" +
			"repairs and restores do with a store (names, ranges, preconditions, checksums, chunks, resumption,\n" +
			"mending), and removes them again. Nothing that it did not write is touched. It ends with exit code\n" +
			"7 when the store does otherwise.",
		Example: "  landbridge dataset conform gs://my-bucket/scratch/",
		Args:    oneFile("place"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.onBackup(cmd.Context(), func(b *app.Backup) error {
				var results []app.Conformity
				failed := 0
				err := b.Conform(cmd.Context(), args[0], func(r app.Conformity) {
					results = append(results, r)
					if r.Problem != "" {
						failed++
					}
					if !d.out.json {
						d.printConformity(r)
					}
				})
				if err == nil && d.out.json {
					err = d.out.encode(map[string]any{"place": args[0], "cases": results})
				}
				if err == nil && failed > 0 {
					err = &bridge.Error{Kind: bridge.Drifted, Code: "store_deviates", Text: counted(failed, "case") + " came out otherwise than copies need", Hint: "copy to another store; or tell us, with what failed"}
				}
				return err
			})
		},
	}
}

func (d *deps) printConformity(r app.Conformity) {
	switch {
	case r.Problem != "":
		_ = d.out.line("%s  %s: %s", colour(d.out.outColours, red, "FAIL"), r.Case, r.Problem)
	case r.Skipped != "":
		_ = d.out.line("skip  %s: %s", r.Case, r.Skipped)
	default:
		_ = d.out.line("ok    %s", r.Case)
	}
}
