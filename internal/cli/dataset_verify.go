package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func newDatasetVerifyCommand(d *deps) *cobra.Command {
	var f actFlags
	var spec app.RunSpec
	cmd := &cobra.Command{
		Use:   "verify DATASET",
		Short: "Hold a copy against its manifest: missing, replaced, truncated, rotten, extra",
		Long: "Verify compares the manifest with what the target's listing says: sizes, sums, generations. It\n" +
			"reads no bytes and takes seconds. --deep reads every byte, and finds rot that the store does not\n" +
			"know of; it also looks into files of known formats (safetensors, Parquet, TFRecord, zip, GGUF),\n" +
			"which can be bad although every sum agrees. It ends with exit code 6 when there is damage.",
		Example: "  landbridge dataset verify fraud-train\n  landbridge dataset verify fraud-train --deep --output json",
		Args:    oneDataset,
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.act(cmd.Context(), f, "verify", args[0], spec, d.tellVerified)
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&spec.Deep, "deep", false, "read every byte")
	return cmd
}

func newDatasetRepairCommand(d *deps) *cobra.Command {
	var f actFlags
	cmd := &cobra.Command{
		Use:   "repair DATASET",
		Short: "Bring back what is damaged, and nothing else",
		Long: "Repair reads every byte of the copy, and mends what is not as the manifest says: of a large object\n" +
			"only the damaged chunks cross from the source, from the very version that they were copied from.\n" +
			"What changed meanwhile is left alone, and damaged bytes are kept as evidence. The new state gets a\n" +
			"manifest of its own.",
		Example: "  landbridge dataset repair fraud-train",
		Args:    oneDataset,
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.act(cmd.Context(), f, "repair", args[0], app.RunSpec{Deep: true}, d.tellRepaired)
		},
	}
	f.add(cmd)
	return cmd
}

// tellVerified prints findings, and says so when they are damage.
func (d *deps) tellVerified(run app.Run) error {
	var r app.Verified
	if err := d.result(run, &r); err != nil {
		return err
	}
	if r.Manifest == "" {
		return nil
	}
	if !d.out.json {
		if err := d.printFindings(r); err != nil {
			return err
		}
		how := "by metadata"
		if r.Report.Deep {
			how = "every byte"
		}
		_ = d.out.line("%s: %s objects, %s verified, %s, against manifest %s", run.Dataset, grouped(r.Report.Objects), size(r.Report.Bytes), how, short(r.Manifest))
	}
	if r.Damaged == 0 {
		return nil
	}
	return &bridge.Error{
		Kind: bridge.Damaged, Code: "damage_found", Text: counted(int(r.Damaged), "damaged object") + " in " + run.Dataset,
		Hint: "landbridge dataset repair " + run.Dataset,
	}
}

func (d *deps) printFindings(r app.Verified) error {
	if len(r.Findings) == 0 {
		return nil
	}
	var rows [][]string
	for _, f := range r.Findings {
		where := ""
		if len(f.Chunks) > 0 {
			where = "chunks " + strings.Trim(strings.ReplaceAll(fmt.Sprint(f.Chunks), " ", ", "), "[]")
		}
		damage := string(f.Damage)
		if f.Harms() {
			damage = colour(d.out.outColours, red, damage)
		}
		rows = append(rows, []string{damage, f.Name, size(f.Size), where, f.Text})
	}
	if err := d.out.table([]string{"DAMAGE", "OBJECT", "SIZE", "WHERE", "WHAT"}, rows); err != nil {
		return err
	}
	var total int64
	for _, n := range r.Report.Findings {
		total += n
	}
	if more := total - int64(len(r.Findings)); more > 0 {
		_ = d.out.line("... and %s more", grouped(more))
	}
	return d.out.line("")
}

// tellRepaired prints what was mended.
func (d *deps) tellRepaired(run app.Run) error {
	var r app.Repaired
	if err := d.result(run, &r); err != nil {
		return err
	}
	if r.Manifest == "" {
		return nil
	}
	if !d.out.json {
		if err := d.printRepaired(run, r); err != nil {
			return err
		}
	}
	if r.Failed > 0 {
		return &bridge.Error{Kind: bridge.Damaged, Code: "not_mended", Text: counted(int(r.Failed), "object") + " of " + run.Dataset + " could not be mended"}
	}
	return nil
}

func (d *deps) printRepaired(run app.Run, r app.Repaired) error {
	var rows [][]string
	for _, m := range r.Mended {
		rows = append(rows, []string{m.Name, counted(m.Chunks, "chunk"), size(m.Crossed), m.Kept})
	}
	if len(rows) > 0 {
		_ = d.out.table([]string{"MENDED", "WRITTEN", "FROM THE SOURCE", "DAMAGED BYTES ARE KEPT IN"}, rows)
		_ = d.out.line("")
	}
	d.tellFailures("not mended:", r.Failures, r.Failed)
	mended := counted(len(r.Mended), "object") + " mended"
	if more := run.Totals.Objects - int64(len(r.Mended)); more > 0 { // the list has the first thousand, and no object whose entry alone was renewed
		mended += ", " + grouped(more) + " more mended or found whole"
	}
	return d.out.line("%s: %s, %s came from the source; manifest %s", run.Dataset, mended, size(r.Crossed), short(r.Manifest))
}
