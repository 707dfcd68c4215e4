package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

// tokenJSON is what "token --output json" prints.
type tokenJSON struct {
	Token     string           `json:"token"`
	Type      bridge.TokenType `json:"type"`
	Principal bridge.Principal `json:"principal"`
	Scopes    []string         `json:"scopes,omitempty"`
	Audience  string           `json:"audience,omitempty"`
	Expiry    time.Time        `json:"expiry"`
	ExpiresIn int              `json:"expires_in"` // seconds
	Hops      []bridge.Step    `json:"hops"`
}

func newTokenCommand(d *deps) *cobra.Command {
	var o app.TokenOptions
	var to string
	cmd := &cobra.Command{
		Use:     "token",
		Short:   "Print a token",
		GroupID: groupTokens,
		Long: "Token prints an access token for Google, or with --to azure one for Azure; with --audience a\n" +
			"Google ID token. The token alone goes to standard output, which source was chosen and why to\n" +
			"standard error.",
		Example: "  curl -H \"Authorization: Bearer $(landbridge token --quiet)\" https://...\n" +
			"  landbridge token --audience https://service.run.app\n" +
			"  landbridge token --to azure --scopes https://management.azure.com/.default --output json",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.To = bridge.Shore(to); o.To != bridge.Google && o.To != bridge.Azure {
				return &bridge.Error{Kind: bridge.Usage, Code: "flag_invalid", Text: "--to " + to + " is not known", Hint: "write --to google or --to azure"}
			}
			if o.Audience != "" && len(o.Scopes) > 0 {
				return &bridge.Error{Kind: bridge.Usage, Code: "flag_conflict", Text: "--audience asks for an ID token, which has no scopes", Hint: "leave out --scopes"}
			}
			cfg, err := d.config()
			if err != nil {
				return err
			}
			a := d.app()
			lease, err := a.Token(cmd.Context(), cfg, o)
			if err != nil {
				return err
			}
			if !d.out.json {
				return d.out.line("%s", lease.Token.Reveal())
			}
			return d.out.encode(tokenJSON{
				Token: lease.Token.Reveal(), Type: lease.Type, Principal: lease.Principal, Scopes: lease.Scopes, Audience: lease.Audience,
				Expiry: lease.Expiry, ExpiresIn: int(a.Lives(lease) / time.Second), Hops: lease.Trace,
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", string(bridge.Google), "far `shore`: google or azure")
	cmd.Flags().StringSliceVar(&o.Scopes, "scopes", nil, "`scopes` of the access token, separated by commas (default: the configuration's)")
	cmd.Flags().StringVar(&o.Audience, "audience", "", "ask for a Google ID token with this `audience`")
	return cmd
}
