package sandbox

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/azureapi"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/filesapi"
	"github.com/landbridge/landbridge/internal/sandbox/googleadmin"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/googleguard"
	"github.com/landbridge/landbridge/internal/sandbox/issuers"
	"github.com/landbridge/landbridge/internal/sandbox/keyvaultapi"
	"github.com/landbridge/landbridge/internal/sandbox/kubeapi"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
	"github.com/landbridge/landbridge/internal/wire"
)

// assemble builds the world, if there is none, and puts both clouds and the admin API behind one handler.
func (s *Sandbox) assemble(httpAddr, httpsAddr string) (http.Handler, *state, error) {
	pool, err := s.pool()
	if err != nil {
		return nil, nil, err
	}
	st := &state{world: s.options.World, profile: Profile{
		HTTP: "http://" + httpAddr, HTTPS: "https://" + httpsAddr,
		AdminURL: "http://" + httpAddr + adminPrefix, CAPEM: string(s.authority.pem),
	}}
	secrets := azureapi.Options{
		KubeAdmin:      bridge.NewSecret("kube-" + world.GUID()),
		IdentityHeader: bridge.NewSecret(world.GUID()),
		FabricSecret:   bridge.NewSecret(world.GUID()),
		ArcKeys:        s.options.ArcDir,
		CAPEM:          s.authority.pem,
	}
	clusters := kubeapi.Options{Admin: secrets.KubeAdmin, Namespaces: []string{namespace}}
	ours := st.world == nil
	if ours {
		st.world = world.New(s.options.Clock)
		issuer := st.profile.HTTPS + "/" + tenantID + "/" + clusterID + "/"
		if err := seed(st.world, issuer); err != nil {
			return nil, nil, err
		}
		clusters.Cluster = issuer
		describe(&st.profile, st.world, httpAddr, issuer, secrets)
	}
	secrets.Keys = issuers.New(st.world, wire.New(wire.Options{Timeout: 5 * time.Second, RootCAs: pool, NoProxy: true}))
	st.blobs = blobapi.NewStore(st.world, blobapi.StoreOptions{Dir: s.options.BlobDir})
	secrets.Blobs, secrets.Vaults = st.blobs, keyvaultapi.NewStore(st.world)
	secrets.Shares = filesapi.NewStore(st.world)
	if ours {
		if err := seedTraining(st.blobs, s.options.Clock()); err != nil {
			return nil, nil, err
		}
	}
	backup, err := vaults(st.world, st.blobs, secrets.Shares, ours)
	if err != nil {
		return nil, nil, err
	}
	secrets.Providers = []azureapi.Provider{backup}
	azure := azureapi.New(st.world, secrets)
	kube := kubeapi.New(st.world, clusters)
	google := googleapi.New(st.world, googleapi.Options{Keys: secrets.Keys})
	googleadmin.Mount(google, st.world)
	googleguard.Mount(google, st.world)
	if err := catalog(google, st.world, ours); err != nil {
		return nil, nil, err
	}
	st.buckets = storageapi.New(google, st.world, storageapi.Options{Dir: s.options.BucketDir})
	if ours {
		if err := seedBuckets(st.world, st.buckets); err != nil {
			return nil, nil, err
		}
	}
	st.keys = mountKeys(st.world, secrets.Vaults, azure, google)
	if ours {
		if err := st.keys.seed(st.world); err != nil {
			return nil, nil, err
		}
		describeKeys(&st.profile)
	}
	admin := newAdmin(st)
	handler := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case isAdmin(r):
			admin.ServeHTTP(rw, r)
		case !google.OwnsHost(r) && kube.Owns(r):
			kube.ServeHTTP(rw, r)
		case !google.OwnsHost(r) && azure.Owns(r):
			azure.ServeHTTP(rw, r)
		default:
			google.ServeHTTP(rw, r)
		}
	})
	return logged(s.options.Log, s.options.Clock, handler), st, nil
}

// describe fills in what the default world is called.
func describe(p *Profile, w *world.World, httpAddr, issuer string, secrets azureapi.Options) {
	provider := trust.ProviderName{Project: projectNumber, Pool: poolID, Provider: providerID}
	project, _ := w.Project(projectID)
	p.Google = GoogleProfile{
		ProjectID: projectID, ProjectNumber: projectNumber, Location: location,
		TokenURL: p.HTTP + "/v1/token", IntrospectURL: p.HTTP + "/v1/introspect",
		ImpersonationURL: p.HTTP + "/v1/projects/-/serviceAccounts/" + callerEmail + ":generateAccessToken",
		CredentialsURL:   p.HTTP, VertexURL: p.HTTP, ResourceManagerURL: p.HTTP + "/v1/projects/", MetadataHost: httpAddr,
		AdminURL: p.HTTP, Operator: operatorName, EmptyProjectID: emptyID, EmptyProjectNumber: emptyNumber,
		Provider: provider.String(), Audience: provider.Audience(), TokenAudience: provider.TokenAudience(),
		ProductionProvider: poolName + "/providers/aks-production", EntraProvider: poolName + "/providers/entra",
		ServiceAccount: callerEmail, DirectPrincipal: string(provider.Principal(subject)), JobAccount: jobEmail,
		Model: model, EmbeddingModel: embedding, Models: slices.Sorted(maps.Keys(project.Models)), EndpointID: endpointID, ClaudeModel: claude,
		ModelArmorTemplate: "projects/" + projectID + "/locations/" + location + "/templates/" + template,
		DLPParent:          "projects/" + projectID + "/locations/" + location, GuardURL: p.HTTP,
		StorageURL: p.HTTP, Bucket: bucketName,
	}
	p.Azure = AzureProfile{
		TenantID: tenantID, AuthorityURL: p.HTTPS + "/",
		ClusterIssuer: issuer, ProductionIssuer: productionIssuer,
		KubeURL: p.HTTPS, KubeToken: secrets.KubeAdmin.Reveal(), Namespace: namespace, ServiceAccount: serviceAccount, Subject: subject,
		WorkloadClientID: workloadClient, WorkloadObjectID: workloadObject, VMClientID: vmClient, VMObjectID: vmObject,
		ReaderClientID: readerClient, ReaderObjectID: readerObject, ExchangeResource: exchangeAudience,
		IMDSURL: p.HTTP, IdentityEndpoint: p.HTTP + "/msi/token", IdentityHeader: secrets.IdentityHeader.Reveal(),
		FabricEndpoint: p.HTTPS + "/servicefabric/metadata/identity/oauth2/token", FabricHeader: secrets.FabricSecret.Reveal(),
		SubscriptionID: subscriptionID, ResourceGroup: resourceGroup, EmptyResourceGroup: emptyGroup, ARMURL: p.HTTPS,
		StagingAccount: stagingName, StagingAccountID: stagingScope,
		StorageAccount: storageName, StorageURL: p.HTTPS + "/" + storageName, Container: container, Blob: blob,
	}
	for _, c := range w.Clusters() {
		p.Azure.Clusters = append(p.Azure.Clusters, c.Name)
	}
	if secrets.ArcKeys != "" {
		p.Azure.ArcEndpoint = p.HTTP + "/arc/metadata/identity/oauth2/token"
	}
}

// logged writes a line for each request: never a header, a query or a body.
func logged(log *slog.Logger, now bridge.Clock, next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !log.Enabled(r.Context(), slog.LevelInfo) {
			next.ServeHTTP(rw, r)
			return
		}
		start := now()
		seen := &statusWriter{ResponseWriter: rw}
		defer func() {
			log.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelInfo, "request",
				slog.String("method", r.Method), slog.String("host", r.Host), slog.String("path", r.URL.Path),
				slog.Int("status", seen.status), slog.Duration("took", now().Sub(start)))
		}()
		next.ServeHTTP(seen, r)
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach Flush.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
