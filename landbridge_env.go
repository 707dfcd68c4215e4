package landbridge

import (
	"cmp"
	"context"
	"os"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/route"
)

// userAgent names this library in every call.
const userAgent = "landbridge-go"

// world is the process that the program lives in.
func world(o route.World, audit func(context.Context, Record) error) route.World {
	o.Clock, o.Env, o.UserAgent, o.Door = time.Now, os.Getenv, userAgent, "api"
	if audit != nil {
		o.Recorder = recorder(audit)
	}
	return o
}

// route is the same in the words of the assembly, filled in from the environment where the program names no provider.
func (o Options) route() (route.GoogleOptions, error) {
	out := route.GoogleOptions{
		World:  world(route.World{RootCAs: o.RootCAs}, o.Audit),
		Source: o.Source, Provider: o.Provider, AssertionAudience: o.AssertionAudience,
		ServiceAccount: o.ServiceAccount, Delegates: o.Delegates, Scopes: o.Scopes,
		Lifetime: o.Lifetime, AllowLongLifetime: o.AllowLongLifetime,
		Project: cmp.Or(o.Project, os.Getenv("GOOGLE_CLOUD_PROJECT")), QuotaProject: o.QuotaProject,
		STSLocation: o.STSLocation, UniverseDomain: o.UniverseDomain,
		STSEndpoint: o.STSEndpoint, IAMEndpoint: o.IAMEndpoint,
	}
	if out.Provider != "" {
		return out, nil
	}
	if os.Getenv("LANDBRIDGE_TO_GOOGLE_PROVIDER") != "" {
		fromVariables(&out)
		return out, nil
	}
	path := os.Getenv("GOOGLE_APPLICATION_CREDENTIALS")
	if path == "" {
		return out, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopSTS, Code: "provider_unnamed", Text: "no workload identity pool provider is named",
			Hint: "set Options.Provider, LANDBRIDGE_TO_GOOGLE_PROVIDER, or GOOGLE_APPLICATION_CREDENTIALS to an external_account file",
		}
	}
	err := fromCredentialFile(&out, path)
	return out, err
}

// fromVariables fills in what the program leaves open, from the variables of landbridge serve.
func fromVariables(o *route.GoogleOptions) {
	for name, field := range map[string]*string{
		"PROVIDER": &o.Provider, "SERVICE_ACCOUNT": &o.ServiceAccount, "PROJECT": &o.Project, "QUOTA_PROJECT": &o.QuotaProject,
		"STS_LOCATION": &o.STSLocation, "UNIVERSE_DOMAIN": &o.UniverseDomain,
		"ENDPOINTS_STS": &o.STSEndpoint, "ENDPOINTS_IAM_CREDENTIALS": &o.IAMEndpoint,
		"SOURCE_FILE": &o.Source.File, "SOURCE_CLIENT_ID": &o.Source.ClientID, "SOURCE_TENANT_ID": &o.Source.TenantID,
		"SOURCE_OBJECT_ID": &o.Source.ObjectID, "SOURCE_RESOURCE_ID": &o.Source.ResourceID, "SOURCE_RESOURCE": &o.Source.Resource,
		"SOURCE_AUTHORITY_HOST": &o.Source.AuthorityHost, "SOURCE_ENDPOINT": &o.Source.Endpoint, "SOURCE_FIELD": &o.Source.Field,
		"SOURCE_KIND": (*string)(&o.Source.Kind), "SOURCE_FORMAT": (*string)(&o.Source.Format),
	} {
		*field = cmp.Or(*field, os.Getenv("LANDBRIDGE_TO_GOOGLE_"+name))
	}
}

// fromCredentialFile fills in what the file says; what the program says itself comes first.
func fromCredentialFile(o *route.GoogleOptions, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopHome, Code: "credential_unreadable", Text: "the credential file " + path + " cannot be read",
			Hint: "check GOOGLE_APPLICATION_CREDENTIALS", Cause: err,
		}
	}
	file := route.GoogleOptions{World: o.World, UniverseDomain: o.UniverseDomain}
	if err := file.FromCredentialFile(data); err != nil {
		return err
	}
	o.Provider, o.QuotaProject = file.Provider, cmp.Or(o.QuotaProject, file.QuotaProject)
	if o.ServiceAccount == "" {
		o.ServiceAccount, o.Lifetime = file.ServiceAccount, cmp.Or(o.Lifetime, file.Lifetime)
		o.AllowLongLifetime = o.AllowLongLifetime || file.AllowLongLifetime
	}
	if o.STSLocation == "" {
		o.STSEndpoint = cmp.Or(o.STSEndpoint, file.STSEndpoint)
	}
	o.IAMEndpoint = cmp.Or(o.IAMEndpoint, file.IAMEndpoint)
	if o.Source == (Source{}) {
		o.Source = file.Source
	}
	return nil
}
