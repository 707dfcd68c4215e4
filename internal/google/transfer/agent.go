package transfer

import (
	"context"
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Agent is Google's own account that does the project's transfers. It is whom an Entra application must trust, and whom the bucket's
// policy must let write (https://cloud.google.com/storage-transfer/docs/source-microsoft-azure).
type Agent struct {
	Email   string // project-NUMBER@storage-transfer-service.iam.gserviceaccount.com
	Subject string // the "sub" of its ID tokens
}

// Agent asks who does the project's transfers. Google makes the account when it is first asked for.
func (c *Client) Agent(ctx context.Context) (Agent, error) {
	found, err := c.service.GoogleServiceAccounts.Get(c.project).Context(ctx).Do()
	if err != nil {
		return Agent{}, refusal(ctx, "ask for the transfer agent of project "+c.project, err)
	}
	return Agent{Email: found.AccountEmail, Subject: found.SubjectId}, nil
}

// Federate is the command by which an Entra application trusts the agent.
func (a Agent) Federate(applicationClientID string) string {
	return fmt.Sprintf(`az ad app federated-credential create --id %s --parameters '{"name":"google-storage-transfer","issuer":"https://accounts.google.com","subject":"%s","audiences":["api://AzureADTokenExchange"]}'`,
		applicationClientID, a.Subject)
}

// Grant is the commands by which the agent may write to a bucket, and see what is there already.
func (a Agent) Grant(bucket string) string {
	command := "gcloud storage buckets add-iam-policy-binding gs://" + bucket + " --member serviceAccount:" + a.Email + " --role "
	return command + "roles/storage.legacyBucketWriter && " + command + "roles/storage.objectViewer"
}

// Verdict is nil for a transfer that is done or goes on, and what is wrong with one that failed or was cancelled, with the commands
// that mend it. Objects that failed are a failure too, where the service calls the transfer done.
func (c *Client) Verdict(ctx context.Context, o Order, h Handover, p Progress) error {
	switch {
	case p.State == Cancelled:
		return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopTransfer, Code: "ABORTED", Text: "the transfer " + h.Job + " was cancelled", Hint: "begin another run: what was copied stays"}
	case p.State != Failed && (p.State != Done || p.Failed.Objects == 0):
		return nil
	}
	out := &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopTransfer, Code: "FAILED", Text: "the transfer " + h.Job + " failed",
		Hint: "gcloud transfer operations describe " + h.Operation,
	}
	if n := p.Failed.Objects; n > 0 {
		out.Text += fmt.Sprintf(" for %d objects", n)
	}
	if len(p.Problems) == 0 {
		return out
	}
	first := p.Problems[0]
	out.Code = first.Code
	out.Text += ": " + first.Code
	if len(first.Samples) > 0 {
		out.Text += ": " + first.Samples[0].Detail
	}
	if first.Code == "PERMISSION_DENIED" || first.Code == "UNAUTHENTICATED" {
		out.Kind, out.Hint = bridge.Denied, c.mend(ctx, o, first)
	}
	return out
}

// mend says which of three doors is closed: Entra's, by the code of its refusals; the bucket's, by its address; else the account's.
func (c *Client) mend(ctx context.Context, o Order, p Problem) string {
	var first Sample
	if len(p.Samples) > 0 {
		first = p.Samples[0]
	}
	agent, err := c.Agent(ctx)
	if err != nil {
		agent = Agent{Email: "AGENT", Subject: "SUBJECT"}
	}
	switch {
	case strings.Contains(first.Detail, "AADSTS"):
		return "let the application trust the agent: " + agent.Federate(o.Identity.ClientID)
	case strings.HasPrefix(first.URL, "gs://"):
		return "let the agent write: " + agent.Grant(o.Target.Name)
	}
	return "let the application read: az role assignment create --assignee " + o.Identity.ClientID + ` --role "Storage Blob Data Reader" --scope ACCOUNT-RESOURCE-ID`
}
