package cli

import (
	"net"
	"slices"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/config"
)

func newUpCommand(d *deps) *cobra.Command {
	var once bool
	var faults []string
	cmd := &cobra.Command{
		Use:     "up",
		Short:   "Show it all: the sandbox, the bridge, its doors, and a tour",
		GroupID: groupRun,
		Long: "Up starts both clouds, pretended, and the bridge with its doors on loopback. It crosses to Vertex\n" +
			"AI and back to Azure on the real wire protocols, prints each hop, and stays up to play with. No\n" +
			"cloud account is needed. With --once it ends after the tour, with the exit code of the hop that\n" +
			"failed.",
		Example: "  landbridge up\n  landbridge up --once --output json\n  landbridge up --once --fault sts=503",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			parsed, err := parseFaults(faults)
			if err != nil {
				return err
			}
			t := &tourPrinter{d: d}
			err = d.app().Up(cmd.Context(), app.UpOptions{
				Once: once, Faults: parsed, Config: d.upConfig(once), Leg: t.leg,
				Standing: func(s *app.Sandbox, at app.Serving) { _ = t.standing(s, at) },
			})
			if d.out.json && t.at == nil && (once || err != nil) {
				if encodeErr := t.encode(); err == nil {
					err = encodeErr
				}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "end after the tour")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, faultUsage)
	return cmd
}

// upConfig reads the sandbox's configuration, with every door open; again, when its file changes. Nobody plays with the doors of
// a tour that ends by itself, so they take any free port, and two tours are never in each other's way.
func (d *deps) upConfig(once bool) func(*app.Sandbox) func() (*config.Config, error) {
	at := freeAddr
	if once {
		at = func(string) string { return anyPort }
	}
	return func(s *app.Sandbox) func() (*config.Config, error) {
		doors := append(s.Flags(),
			config.Flag{Name: "sandbox", Path: "doors.gateway.listen", Value: at("127.0.0.1:8990")},
			config.Flag{Name: "sandbox", Path: "doors.metadata.listen", Value: at("127.0.0.1:8980")},
			config.Flag{Name: "sandbox", Path: "doors.admin.listen", Value: at("127.0.0.1:8981")},
			config.Flag{Name: "sandbox", Path: "audit.file", Value: s.AuditFile()},
		)
		return func() (*config.Config, error) {
			sets, err := d.setFlags()
			if err != nil {
				return nil, err
			}
			return d.judge(config.Load(config.Options{Path: s.GatewayFile(), ReadFile: d.readFile, Flags: slices.Concat(doors, sets)}))
		}
	}
}

const anyPort = "127.0.0.1:0"

// freeAddr is the address if nobody listens there, else any free port: a tour must not fail for a port.
func freeAddr(addr string) string {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return anyPort
	}
	_ = l.Close()
	return addr
}
