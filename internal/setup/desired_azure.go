package setup

import "github.com/landbridge/landbridge/internal/estate"

func (b *builder) identity(name, workload string) string {
	addr := address(estate.KindIdentity, name)
	a := &b.spec.Azure
	b.add(addr, &estate.Identity{Subscription: a.Subscription, ResourceGroup: a.ResourceGroup, Name: name, Location: a.Location}, workload)
	return addr
}

func (b *builder) federate(identity, workload, key string, f *estate.FederatedCredential, needs ...string) {
	f.Subscription, f.ResourceGroup, f.Identity = b.spec.Azure.Subscription, b.spec.Azure.ResourceGroup, identity
	f.Name = estate.CredentialName(b.spec.Name, key)
	b.add(address(estate.KindFederatedCredential, identity, key), f, workload, append(needs, b.identity(identity, workload))...)
}
