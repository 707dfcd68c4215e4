package vaults

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resourcegraph/armresourcegraph"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
)

// Tables of Resource Graph, and the types in them. Backup writes items, policies and jobs of both systems into one.
// https://learn.microsoft.com/azure/backup/query-backups-using-azure-resource-graph
const (
	resources  = "resources"
	backups    = "recoveryservicesresources"
	containers = "resourcecontainers"

	vaultTypes = "'microsoft.recoveryservices/vaults','microsoft.dataprotection/backupvaults'"
	itemTypes  = "'microsoft.recoveryservices/vaults/backupfabrics/protectioncontainers/protecteditems'," +
		"'microsoft.dataprotection/backupvaults/backupinstances','microsoft.dataprotection/backupvaults/deletedbackupinstances'"
	policyTypes = "'microsoft.recoveryservices/vaults/backuppolicies','microsoft.dataprotection/backupvaults/backuppolicies'"
	jobTypes    = "'microsoft.recoveryservices/vaults/backupjobs','microsoft.dataprotection/backupvaults/backupjobs'"

	subscriptionTypes = "'microsoft.resources/subscriptions'"
)

// Bounds of Resource Graph: rows of a page, and subscriptions that one query is about.
const (
	graphPage          = 1000
	graphSubscriptions = 200
)

// ask is a query: rows of some types of a table, those of jobs since a time. Rows are ordered by id, without which Azure does not page.
func ask(table, types string, since time.Time) string {
	q := table + "\n| where type in~ (" + types + ")"
	if !since.IsZero() {
		q += "\n| where todatetime(properties.startTime) >= datetime(" + since.UTC().Format(time.RFC3339) + ")"
	}
	return q + "\n| project id, name, type, location, subscriptionId, resourceGroup, tags, identity, properties\n| order by id asc"
}

// graph yields the rows that a query gives over the subscriptions, and a gap for each of these that the caller may not see.
func (v *Vaults) graph(ctx context.Context, subscriptions []string, query string) rows {
	return func(yield func(row, error) bool) {
		for some := range slices.Chunk(subscriptions, graphSubscriptions) {
			seen := map[string]bool{}
			for r, err := range v.graphPages(ctx, some, query) {
				seen[strings.ToLower(r.SubscriptionID)] = true
				if !yield(r, err) || err != nil {
					return
				}
			}
			for err := range v.unseen(ctx, some, seen) {
				if !yield(row{}, err) {
					return
				}
			}
		}
	}
}

// unseen yields a gap for each subscription without rows that is not there at all for the caller: Resource Graph leaves those out
// without a word.
func (v *Vaults) unseen(ctx context.Context, subscriptions []string, seen map[string]bool) iter.Seq[error] {
	return func(yield func(error) bool) {
		silent := slices.DeleteFunc(slices.Clone(subscriptions), func(s string) bool { return seen[strings.ToLower(s)] })
		if len(silent) == 0 {
			return
		}
		for r, err := range v.graphPages(ctx, silent, ask(containers, subscriptionTypes, time.Time{})) {
			if err != nil {
				yield(err)
				return
			}
			seen[strings.ToLower(r.SubscriptionID)] = true
		}
		for _, s := range silent {
			if !seen[strings.ToLower(s)] && !yield(unseen(s)) {
				return
			}
		}
	}
}

// graphPages yields the rows of one query, page by page.
func (v *Vaults) graphPages(ctx context.Context, subscriptions []string, query string) rows {
	return func(yield func(row, error) bool) {
		a := rest.Attempt{Hop: bridge.HopARM, What: "ask Resource Graph", Role: reader, Scope: "/subscriptions/" + subscriptions[0]}
		client, err := armresourcegraph.NewClient(v.o.Manager.Credential, v.o.Manager.Options)
		if err != nil {
			yield(row{}, rest.Refusal(ctx, a, err))
			return
		}
		request := armresourcegraph.QueryRequest{
			Query: &query, Subscriptions: to.SliceOfPtrs(subscriptions...),
			Options: &armresourcegraph.QueryRequestOptions{ResultFormat: to.Ptr(armresourcegraph.ResultFormatObjectArray), Top: to.Ptr[int32](graphPage)},
		}
		for {
			var answer *http.Response
			page, err := patiently(ctx, v, a, func(ctx context.Context) (armresourcegraph.ClientResourcesResponse, error) {
				return client.Resources(policy.WithCaptureResponse(ctx, &answer), request, nil)
			})
			if err != nil {
				yield(row{}, err)
				return
			}
			rows, err := rowsOf(answer)
			if err != nil {
				yield(row{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if page.SkipToken == nil || *page.SkipToken == "" {
				return
			}
			request.Options.SkipToken = page.SkipToken
		}
	}
}

// rowsOf reads the rows of an answer: what the SDK makes of them are maps, which would have to be written again to be read.
func rowsOf(answer *http.Response) ([]row, error) {
	var page struct {
		Data []row `json:"data"`
	}
	body, err := runtime.Payload(answer)
	if err == nil {
		err = json.Unmarshal(body, &page)
	}
	if err != nil {
		return nil, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopARM, Code: "bad_answer", Text: "Resource Graph answered in a form that is not known", Cause: err}
	}
	return page.Data, nil
}

// unseen is the gap of one subscription.
func unseen(subscription string) *protect.Gap {
	return &protect.Gap{Where: "subscription " + subscription, Err: &bridge.Error{
		Kind: bridge.Denied, Hop: bridge.HopARM, Code: "subscription_unseen", Text: "Resource Graph shows nothing of it",
		Hint: "ask for the role " + reader + " on /subscriptions/" + subscription + ", or check its id and tenant",
	}}
}
