package sandbox_test

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/azure/keyvault"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/kms"
	"github.com/landbridge/landbridge/internal/google/transfer"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

// job is the Google job's own account, with tokens as its metadata server would have given it.
type job struct {
	s     *sandbox.Sandbox
	clock bridge.Clock
}

func (l job) Lease(_ context.Context, r bridge.LeaseRequest) (bridge.Lease, error) {
	account, expiry := l.s.Profile().Google.JobAccount, l.clock().Add(time.Hour)
	return bridge.Lease{Expiry: expiry, Principal: bridge.Principal(account), Token: l.s.World().Issue(world.Grant{
		Principal: bridge.Principal(account), Members: []string{"serviceAccount:" + account}, Scopes: r.Scopes, Expiry: expiry, Project: l.s.Profile().Google.ProjectID,
	})}, nil
}

// TestKeysOfTheDefaultWorld signs, seals and reads secrets on both shores, and has a container copied by order, over real connections.
func TestKeysOfTheDefaultWorld(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	s := start(t, sandbox.Options{Clock: clock})
	p, ctx := s.Profile(), t.Context()
	client := wire.New(wire.Options{RootCAs: certPool(t, p.CAPEM), NoProxy: true})
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	digest := sha256.Sum256([]byte("manifest"))

	azure, err := keyvault.New(keyvault.Options{HTTP: client, Leaser: reads{s, clock}, Clock: clock, Endpoint: p.Azure.KeyVaultURL})
	check(err)
	key, err := azure.Key(p.Azure.SigningKey, keyvault.KeyOptions{})
	check(err)
	signer, err := key.Signer(ctx)
	check(err)
	_, err = signer.Sign(ctx, digest[:])
	check(err)
	for i, reference := range p.Azure.Secrets {
		secret, err := azure.Secret(ctx, reference)
		check(err)
		age, err := azure.Age(ctx, reference, 90*24*time.Hour)
		check(err)
		if last := i == len(p.Azure.Secrets)-1; secret.Value.Empty() || age.Due() != last {
			t.Errorf("%s: due %v", reference, age.Due())
		}
	}

	google, err := kms.New(kms.Options{HTTP: client, Leaser: job{s, clock}, Endpoint: p.Google.KMSURL})
	check(err)
	other, err := google.Signer(ctx, p.Google.SigningKey)
	check(err)
	_, err = other.Sign(ctx, digest[:])
	check(err)
	seal, err := google.EncryptionKey(p.Google.SealingKey, "jobs")
	check(err)
	_, err = seal.Wrap(ctx, digest[:])
	check(err)

	transfers, err := transfer.New(ctx, transfer.Options{HTTP: client, Leaser: job{s, clock}, Project: p.Google.ProjectID, Endpoint: p.Google.TransferURL})
	check(err)
	order := transfer.Order{
		Dataset: "reports", Run: "r1", Source: dataset.Place{Store: dataset.Blob, Account: p.Azure.StorageAccount, Name: p.Azure.Container},
		Identity: transfer.Identity{ClientID: p.Azure.TransferClientID, TenantID: p.Azure.TenantID},
		Target:   dataset.Place{Store: dataset.Bucket, Name: p.Google.Bucket, Prefix: "by-order/"},
	}
	handed, err := transfers.Start(ctx, order)
	check(err)
	later.Store(int64(time.Hour))
	progress, err := transfers.Follow(ctx, handed)
	check(err)
	check(transfers.Verdict(ctx, order, handed, progress))
	if progress.State != transfer.Done || !slices.Contains(s.Buckets().Names(p.Google.Bucket), "by-order/"+p.Azure.Blob) {
		t.Errorf("progress %+v", progress)
	}
}
