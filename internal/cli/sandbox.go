package cli

import (
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
)

func newSandboxCommand(d *deps) *cobra.Command {
	o := app.SandboxOptions{}
	var faults []string
	var requests, list bool
	var spread time.Duration
	cmd := &cobra.Command{
		Use:     "sandbox",
		Short:   "Run both clouds, pretended, on loopback",
		GroupID: groupRun,
		Long: "Sandbox pretends Azure and Google Cloud in one process, with their wire protocols and refusals,\n" +
			"for tests and for trying things out. While it runs, --sandbox on any other command finds it.\n" +
			"docs/sandbox.md tells what it knows.",
		Example: "  landbridge sandbox &\n  landbridge token --sandbox\n  landbridge sandbox --fault sts=503*2 --requests\n  landbridge sandbox --fault LB4046 &  landbridge doctor --sandbox",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if list {
				return d.printProvocations()
			}
			var err error
			o.Pace.IAM, o.Pace.Federation = spread, spread
			if o.Faults, err = parseFaults(faults); err != nil {
				return err
			}
			if requests {
				o.Log = newLog(d.out.err, slog.LevelDebug)
			}
			return d.app().RunSandbox(cmd.Context(), o, func(s *app.Sandbox) {
				if d.out.json {
					_ = d.out.encode(s)
					return
				}
				_ = d.out.line("http        %s", s.Profile.HTTP)
				_ = d.out.line("https       %s", s.Profile.HTTPS)
				_ = d.out.line("authority   %s", s.CAFile)
				_ = d.out.line("token file  %s", s.TokenFile)
				_ = d.out.line("profile     %s/profile", s.Profile.AdminURL)
				d.out.hint("landbridge token --sandbox")
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.HTTP, "http", "127.0.0.1:8970", "loopback `address` for plain HTTP; port 0 takes a free one")
	f.StringVar(&o.HTTPS, "https", "127.0.0.1:8971", "loopback `address` for HTTPS; port 0 takes a free one")
	f.StringSliceVar(&o.ExtraHTTP, "also-http", nil, "more `addresses` for plain HTTP, such as 169.254.169.254:80 in a network namespace of its own")
	f.DurationVar(&o.RotateKeys, "rotate-keys", 0, "change the issuers' signing keys this often, such as 10m; 0 is only on demand")
	f.StringArrayVar(&faults, "fault", nil, faultUsage)
	f.BoolVar(&list, "faults", false, "list the failures that --fault can bring about by their code, and end")
	f.DurationVar(&o.Pace.Latency, "latency", 0, "let each call take this long, such as 50ms")
	f.DurationVar(&spread, "spread", 0, "let grants and federated credentials take this long to be effective, such as 2m")
	f.DurationVar(&o.Pace.Operation, "operation", 0, "let long-running operations take this long, such as 10s")
	f.BoolVar(&requests, "requests", false, "print a line for each request")
	return cmd
}

const faultUsage = "bring about a failure, by its `CODE` in docs/errors.md, or API=WHAT: a status, 2s, late503, html, hang, no-expiry, reset, stall or cut; API@LOCATION for one location, *N for N calls"

func (d *deps) printProvocations() error {
	all := d.app().Provocations()
	if d.out.json {
		return d.out.encode(all)
	}
	rows := make([][]string, len(all))
	for i, p := range all {
		rows[i] = []string{p.Code, string(p.Route), p.What}
	}
	return d.out.table([]string{"CODE", "ROUTE", "WHAT"}, rows)
}

func parseFaults(texts []string) ([]app.Fault, error) {
	out := make([]app.Fault, len(texts))
	for i, text := range texts {
		f, err := app.ParseFault(text)
		if err != nil {
			return nil, err
		}
		out[i] = f
	}
	return out, nil
}
