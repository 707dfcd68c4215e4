package cli

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

// rendered is what render has to tell with --output json.
type rendered struct {
	Format string `json:"format"`
	Text   string `json:"text"`
}

func newSetupRenderCommand(d *deps) *cobra.Command {
	o := app.RenderOptions{}
	var offline bool
	var into string
	var known map[string]string
	formats := []string{"script", "terraform", "kubernetes", "helm-values"}
	cmd := &cobra.Command{
		Use:   "render --format FORMAT",
		Short: "Write the same set-up as a script, Terraform, manifests or chart values",
		Long: "Render writes what apply would bring about, for teams that do not let a tool act: a script of az,\n" +
			"gcloud and kubectl; Terraform for the providers google, azurerm and kubernetes; Kubernetes\n" +
			"manifests; values of the Helm chart. It asks the clouds for what only they know, such as the\n" +
			"project's number; --offline asks nobody, and refuses where that is needed.",
		Example: "  landbridge setup render --format script > setup.sh\n  landbridge setup render --format terraform --offline --file main.tf",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(formats, o.Format) {
				e := &bridge.Error{
					Kind: bridge.Usage, Code: "format_unknown", Text: fmt.Sprintf("--format %q is not known", o.Format),
					Hint: "one of: " + strings.Join(formats, ", "),
				}
				if o.Format == "" {
					e.Text = "--format is missing"
				}
				return e
			}
			s, err := d.openSetup()
			if err != nil {
				return err
			}
			o.Look, o.Known = !offline, known
			var text bytes.Buffer
			if err := s.Render(cmd.Context(), &text, o); err != nil {
				return err
			}
			if into == "" && d.out.json {
				return d.out.encode(rendered{o.Format, text.String()})
			}
			if into == "" {
				_, err = d.out.out.Write(text.Bytes())
				return err
			}
			if err := os.WriteFile(d.path(into), text.Bytes(), 0o644); err != nil { // #nosec G306 -- no secret in it
				return &bridge.Error{Kind: bridge.Usage, Code: "file_not_written", Text: "cannot write --file " + into, Cause: err, Hint: "name a file in a folder that can be written"}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Format, "format", "", "script, terraform, kubernetes or helm-values")
	f.StringVar(&o.Cluster, "cluster", "", "only this `cluster`'s manifests or values")
	f.StringToStringVar(&known, "known", nil, "a value that only a cloud knows, as `ADDRESS.OUTPUT=VALUE`, such as project/shop.number=123456789")
	f.Lookup("known").DefValue = "" // its help would say (default [])
	f.BoolVar(&offline, "offline", false, "ask no cloud")
	f.StringVar(&into, "file", "", "write into this `file` instead of standard output")
	return cmd
}
