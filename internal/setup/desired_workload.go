package setup

import (
	"maps"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/trust"
)

// workload is one workload's way, from its home to the far shore.
func (b *builder) workload(w *Workload) {
	switch {
	case w.Kubernetes != nil && w.Route == Entra:
		b.overEntra(w)
	case w.Kubernetes != nil:
		b.overDirect(w)
	case w.ManagedIdentity != "":
		b.identity(w.ManagedIdentity, w.Name)
		b.toGoogle(w, []member{b.throughEntra(w.ManagedIdentity, w.Name)})
	case w.GoogleAccount != "":
		b.back(w)
	}
}

// overDirect: Google trusts each cluster's issuer, and the account is a principal of each cluster's pool.
func (b *builder) overDirect(w *Workload) {
	k := w.Kubernetes
	var members []member
	for _, c := range b.clusters(k) {
		provider := b.provider(c, w.Name)
		b.accept(provider, kubernetesSubject(k))
		m := member{name: principals(b.number, c.Pool) + mappedSubject(c, k), of: provider}
		if !slices.Contains(members, m) { // two clusters without a prefix in one pool: Check says what that means
			members = append(members, m)
		}
		b.annotate(w, c, provider, map[string]string{
			estate.AnnotationProvider: providerName(b.number, c.Pool, c.Provider),
		})
	}
	b.toGoogle(w, members)
}

// overEntra: Entra trusts each cluster's issuer, the account becomes a managed identity, and Google trusts Entra for that
// identity alone. The annotations name Entra's provider and the identity: our webhook needs no more. AKS's own webhook is
// switched on beside it, for pods that are to be the same identity on Azure.
func (b *builder) overEntra(w *Workload) {
	k := w.Kubernetes
	identity := b.identity(w.ManagedIdentity, w.Name)
	m := b.throughEntra(w.ManagedIdentity, w.Name)
	for _, c := range b.clusters(k) {
		issuer, needs := b.issuer(c, w.Name, true)
		b.federate(w.ManagedIdentity, w.Name, credentialKey(c.Name, k.Namespace, k.ServiceAccount), &estate.FederatedCredential{
			Issuer: issuer, Subject: kubernetesSubject(k), Audience: estate.EntraTokenAudience,
		}, needs...)
		b.annotate(w, c, m.of, map[string]string{
			estate.AnnotationProvider:    providerName(b.number, b.spec.Google.Pool, entraProvider),
			estate.AnnotationRoute:       estate.RouteEntra,
			estate.AnnotationEntraClient: estate.Ref(identity, "client_id"),
			estate.AnnotationEntraTenant: b.spec.Azure.Tenant,
		})
	}
	b.toGoogle(w, []member{m})
}

// back: a Google service account proves itself to Entra by its ID token, whose subject is its unique id.
func (b *builder) back(w *Workload) {
	if w.ToAzure == nil {
		return
	}
	account, email := b.account(w.GoogleAccount, w.Name)
	identity := b.identity(w.ToAzure.Identity, w.Name)
	b.federate(w.ToAzure.Identity, w.Name, credentialKey("google", email), &estate.FederatedCredential{
		Issuer: googleIssuer, Subject: estate.Ref(account, "unique_id"), Audience: estate.EntraTokenAudience,
	})
	for _, text := range w.ToAzure.Roles {
		role, scope, ok := splitRole(text)
		if !ok {
			continue // Check says so
		}
		addr := address(estate.KindRoleAssignment, w.ToAzure.Identity, strings.ToLower(slug(role, 40))+"-"+digest(strings.ToLower(role), strings.ToLower(scope)))
		b.add(addr, &estate.RoleAssignment{
			Scope: scope, Role: role, PrincipalID: estate.Ref(identity, "principal_id"), PrincipalType: "ServicePrincipal",
		}, w.Name)
	}
}

func (b *builder) clusters(k *Kubernetes) []*Cluster {
	var out []*Cluster
	for _, name := range k.Clusters {
		i := slices.IndexFunc(b.spec.Clusters, func(c Cluster) bool { return c.Name == name })
		if i >= 0 { // an unknown one is Check's to say
			out = append(out, &b.spec.Clusters[i])
		}
	}
	return out
}

// issuer is the text of the cluster's issuer: what the file says, or the output of the AKS cluster, where it is switched on.
func (b *builder) issuer(c *Cluster, workload string, entra bool) (issuer string, needs []string) {
	if c.Issuer != "" {
		return c.Issuer, nil
	}
	addr := address(estate.KindCluster, c.Name)
	r := b.add(addr, &estate.Cluster{
		Subscription: c.Subscription, ResourceGroup: c.ResourceGroup, Name: c.Name, OIDCIssuer: true,
	}, workload)
	if entra {
		r.Spec.(*estate.Cluster).WorkloadIdentity = true
	}
	return estate.Ref(addr, "issuer"), []string{addr}
}

// provider trusts the cluster's issuer in the cluster's pool. Its audience is its own name, so that a token for it opens
// nothing else.
func (b *builder) provider(c *Cluster, workload string) string {
	addr := address(estate.KindProvider, c.Pool, c.Provider)
	issuer, needs := b.issuer(c, workload, false)
	subject := "assertion.sub"
	if c.SubjectPrefix != "" {
		subject = "'" + c.SubjectPrefix + ":' + assertion.sub.extract('" + subjectStart + "{s}')"
	}
	spec := &estate.Provider{
		Project: b.number, Pool: c.Pool, ID: c.Provider, DisplayName: truncate("AKS "+c.Name, 32), Issuer: issuer, Audiences: []string{},
		Mapping: map[string]string{
			"google.subject":            subject,
			"attribute.namespace":       "assertion['kubernetes.io']['namespace']",
			"attribute.service_account": "assertion['kubernetes.io']['serviceaccount']['name']",
		},
	}
	if c.Issuer != "" {
		spec.DisplayName = truncate("Cluster "+c.Name, 32)
	}
	if c.UploadKeys {
		keys := address(estate.KindIssuer, c.Name)
		b.add(keys, &estate.Issuer{Reach: c.Reach()}, workload).ReadOnly = true
		spec.JWKS = estate.Ref(keys, "jwks")
	}
	needs = append(needs, b.pool(c.Pool, workload))
	b.add(addr, spec, workload, needs...)
	return addr
}

// throughEntra is the member that a managed identity is in the pool of the set-up: Entra's token names it by its object id.
// Every identity of the tenant can get a token with this audience, so the condition lists those that are let in.
func (b *builder) throughEntra(identity, workload string) member {
	pool := b.spec.Google.Pool
	addr := address(estate.KindProvider, pool, entraProvider)
	object := estate.Ref(address(estate.KindIdentity, identity), "principal_id")
	b.add(addr, &estate.Provider{
		Project: b.number, Pool: pool, ID: entraProvider, DisplayName: "Entra",
		Issuer:    "https://login.microsoftonline.com/" + b.spec.Azure.Tenant + "/v2.0",
		Audiences: []string{trust.EntraExchangeID},
		Mapping:   map[string]string{"google.subject": "assertion.sub"},
	}, workload, b.pool(pool, workload))
	b.accept(addr, object)
	return member{name: principals(b.number, pool) + object, of: addr}
}

func (b *builder) accept(provider, subject string) {
	if b.accepted[provider] == nil {
		b.accepted[provider] = map[string]bool{}
	}
	b.accepted[provider][subject] = true
}

// finishConditions pins every provider to the subjects of its workloads.
func (b *builder) finishConditions() {
	for addr, subjects := range b.accepted {
		p := b.byAddr[addr].Spec.(*estate.Provider)
		p.Condition = condition(slices.Sorted(maps.Keys(subjects)))
		if p.ID == entraProvider && len(p.Audiences) > 0 {
			p.Condition = "assertion.tid == '" + b.spec.Azure.Tenant + "' && " + p.Condition
		}
	}
}

// condition is true for these subjects alone. Google takes 4096 characters: where the subjects as they stand are more, those
// of Kubernetes are compared by the claims that they are made of, which saves 22 characters each.
func condition(subjects []string) string {
	whole := "assertion.sub in [" + quotedList(subjects) + "]"
	if len(whole) <= maxCondition {
		return whole
	}
	short := make([]string, len(subjects))
	for i, s := range subjects {
		account, kubernetes := strings.CutPrefix(s, subjectStart)
		if !kubernetes {
			return whole
		}
		short[i] = account
	}
	return "assertion['kubernetes.io']['namespace'] + ':' + assertion['kubernetes.io']['serviceaccount']['name'] in [" + quotedList(short) + "]"
}

func quotedList(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return "'" + strings.Join(texts, "', '") + "'"
}
