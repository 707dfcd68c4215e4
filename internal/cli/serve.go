package cli

import (
	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
)

func newServeCommand(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:     "serve",
		Short:   "Run the doors that the configuration names",
		GroupID: groupRun,
		Long: "Serve runs the gateway to Vertex AI, the metadata server that Google SDKs expect, the Kubernetes\n" +
			"admission webhook, and the admin door with /metrics, /healthz and /readyz. SIGHUP opens the audit\n" +
			"log anew, after rotation, and takes over policy, guard and callers of the gateway, as a changed\n" +
			"file does by itself; SIGTERM lets requests under way finish.",
		Example: "  landbridge serve --config landbridge.yaml\n  landbridge serve --sandbox --set doors.metadata.listen=127.0.0.1:8980",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := d.config()
			if err != nil {
				return err
			}
			o := app.ServeOptions{Config: cfg, File: d.path(d.findConfig()), Reload: d.reload}
			o.Started = func(at app.Serving) {
				if d.out.json {
					_ = d.out.encode(at)
					return
				}
				if at.Metadata != "" {
					_ = d.out.line("metadata server  http://%s", at.Metadata)
				}
				if at.Webhook != "" {
					_ = d.out.line("webhook          %s", at.Webhook)
				}
				if at.Gateway != "" {
					_ = d.out.line("gateway          %s", at.Gateway)
				}
				if at.Admin != "" {
					_ = d.out.line("admin            http://%s", at.Admin)
				}
			}
			return d.app().Serve(cmd.Context(), o)
		},
	}
}
