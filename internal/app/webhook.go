package app

import (
	"context"
	"crypto/x509"
	"net"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/kube"
	"github.com/landbridge/landbridge/internal/webhook"
	"github.com/landbridge/landbridge/internal/webhook/certificate"
)

// webhookDoor is the admission webhook with what it lives on: a watched copy of the accounts, and its certificate.
type webhookDoor struct {
	server   *webhook.Server
	accounts *kube.Accounts
}

// webhookDoor builds the door; it calls nobody yet.
func (a *App) webhookDoor(door *config.WebhookDoor, registry prometheus.Registerer) (*webhookDoor, error) {
	cluster, namespace, err := a.home(door)
	if err != nil {
		return nil, err
	}
	certificates, err := a.certificates(door, cluster, namespace)
	if err != nil {
		return nil, err
	}
	out := &webhookDoor{accounts: cluster.Accounts(webhook.CodeNoAccount, a.host.Log)}
	o := webhook.Options{
		Accounts: out.accounts, Certificates: certificates, Clock: a.host.Clock, Sidecar: sidecarOf(door),
		STS: door.Endpoints.STS, IAMCredentials: door.Endpoints.IAMCredentials, Entra: door.Endpoints.Entra,
		LookEvery: door.Reconcile, Registry: registry, Logger: a.host.Log,
	}
	if door.Reconcile > 0 {
		o.Pods = cluster.In()
	}
	if door.ClientCAFile != "" {
		pem, err := a.host.ReadFile(door.ClientCAFile)
		if err != nil {
			return nil, unreadable(door.ClientCAFile, err)
		}
		o.ClientCAs = x509.NewCertPool()
		if !o.ClientCAs.AppendCertsFromPEM(pem) {
			return nil, &bridge.Error{Kind: bridge.Usage, Code: "ca_file_empty", Text: door.ClientCAFile + " holds no certificate", Hint: "doors.webhook.client_ca_file is a PEM file of certificate authorities"}
		}
	}
	out.server, err = webhook.New(o)
	return out, err
}

func sidecarOf(door *config.WebhookDoor) webhook.Sidecar {
	s := door.Sidecar
	return webhook.Sidecar{
		Image: door.Image, PullPolicy: s.PullPolicy, HostNetwork: s.HostNetwork,
		CPURequest: s.CPURequest, MemoryRequest: s.MemoryRequest, MemoryLimit: s.MemoryLimit,
	}
}

// home is the cluster whose pods the webhook sees, and the namespace that it runs in.
func (a *App) home(door *config.WebhookDoor) (*kube.Client, string, error) {
	o := kube.Options{Clock: a.host.Clock, Env: a.host.Env, UserAgent: a.agent(), Timeout: 10 * time.Second}
	if door.Kubeconfig != "" || door.Context != "" {
		if door.Namespace == "" && door.CertFile == "" {
			return nil, "", &bridge.Error{
				Kind: bridge.Usage, Code: "namespace_missing", Text: "doors.webhook.namespace is missing: outside of a pod nothing else says where the certificate is kept",
				Hint: "set doors.webhook.namespace, or cert_file and key_file",
			}
		}
		if door.Context == "" {
			return kube.Current(o, door.Kubeconfig), door.Namespace, nil
		}
		return kube.New(o).Client(estate.Reach{Kubeconfig: door.Kubeconfig, Context: door.Context}), door.Namespace, nil
	}
	client, namespace, err := kube.InCluster(o, "")
	if door.Namespace != "" {
		namespace = door.Namespace
	}
	return client, namespace, err
}

func (a *App) certificates(door *config.WebhookDoor, cluster *kube.Client, namespace string) (webhook.Certificates, error) {
	if door.CertFile != "" {
		return certificate.NewFiles(certificate.FilesOptions{CertFile: door.CertFile, KeyFile: door.KeyFile, Logger: a.host.Log})
	}
	name := door.Service + "." + namespace + ".svc"
	return certificate.NewOwn(certificate.OwnOptions{
		Store: cluster.Secret(namespace, door.Secret), Bundle: cluster.CABundle(door.Configuration, a.host.Log),
		Names: []string{name, name + ".cluster.local"}, Clock: a.host.Clock, Logger: a.host.Log,
	})
}

// run serves until ctx ends.
func (w *webhookDoor) run(ctx context.Context, l net.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.accounts.Run(ctx) })
	group.Go(func() error { return w.server.Run(ctx, l) })
	return group.Wait()
}

// ready says why the webhook cannot answer yet.
func (w *webhookDoor) ready() error {
	if err := w.server.Ready(); err != nil {
		return err
	}
	return w.accounts.Ready()
}

// asURL is a listener's address as one would call it.
func asURL(addr string) string {
	return "https://" + strings.Replace(addr, "0.0.0.0:", "127.0.0.1:", 1) + webhook.MutatePath
}
