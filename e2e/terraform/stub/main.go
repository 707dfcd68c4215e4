// Command stub is a Terraform provider that knows what another takes, and does nothing: so that a configuration can be
// validated where the real one cannot be had. Its file's name, terraform-provider-NAME, says whose part it plays.
package main

import (
	"context"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
)

//go:embed schema/*.txt
var files embed.FS

func main() {
	if err := serve(filepath.Base(os.Args[0])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(program string) error {
	name := strings.TrimPrefix(program, "terraform-provider-")
	text, err := files.ReadFile("schema/" + name + ".txt")
	if err != nil {
		return fmt.Errorf("no schema of %q", name)
	}
	known, err := read(string(text))
	if err != nil {
		return fmt.Errorf("schema of %s: %w", name, err)
	}
	return tf5server.Serve("hashicorp/"+name, func() tfprotov5.ProviderServer { return &provider{schemas: known} })
}

// provider answers what validation asks. Terraform itself holds a configuration against the schemas but for one thing: that
// nobody sets what the provider alone can know. A call of anything else would be a mistake of the test, and panics.
type provider struct {
	tfprotov5.ProviderServer
	schemas *schemas
}

func (p *provider) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	out := &tfprotov5.GetMetadataResponse{}
	for name := range p.schemas.resources {
		out.Resources = append(out.Resources, tfprotov5.ResourceMetadata{TypeName: name})
	}
	for name := range p.schemas.data {
		out.DataSources = append(out.DataSources, tfprotov5.DataSourceMetadata{TypeName: name})
	}
	return out, nil
}

func (p *provider) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{Provider: p.schemas.provider, ResourceSchemas: p.schemas.resources, DataSourceSchemas: p.schemas.data}, nil
}

func (p *provider) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

func (p *provider) PrepareProviderConfig(_ context.Context, r *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: r.Config}, nil
}

func (p *provider) ValidateResourceTypeConfig(_ context.Context, r *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	refused, err := setByUser(p.schemas.resources[r.TypeName], r.Config)
	return &tfprotov5.ValidateResourceTypeConfigResponse{Diagnostics: refused}, err
}

func (p *provider) ValidateDataSourceConfig(_ context.Context, r *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	refused, err := setByUser(p.schemas.data[r.TypeName], r.Config)
	return &tfprotov5.ValidateDataSourceConfigResponse{Diagnostics: refused}, err
}

func (p *provider) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}
