package keyvault

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Kind is what a reference leads to.
type Kind string

// The kinds.
const (
	KindKey    Kind = "keys"
	KindSecret Kind = "secrets"
)

// Reference names a key or a secret: https://VAULT.vault.azure.net/KIND/NAME, or .../NAME/VERSION.
type Reference struct {
	Host    string // VAULT.vault.azure.net
	Kind    Kind
	Name    string
	Version string // "" is the current one
}

// clouds are the domains of Key Vault and Managed HSM, and of each the resource that tokens are asked for
// (https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#dns-suffixes-for-object-identifiers).
func clouds() map[string]string {
	return map[string]string{
		".vault.azure.net":              "https://vault.azure.net",
		".vault.usgovcloudapi.net":      "https://vault.usgovcloudapi.net",
		".vault.azure.cn":               "https://vault.azure.cn",
		".managedhsm.azure.net":         "https://managedhsm.azure.net",
		".managedhsm.usgovcloudapi.net": "https://managedhsm.usgovcloudapi.net",
		".managedhsm.azure.cn":          "https://managedhsm.azure.cn",
	}
}

var (
	vaultForm   = bridge.FormOf(`^[a-z][a-z0-9-]{1,22}[a-z0-9]$`)
	nameForm    = bridge.FormOf(`^[0-9A-Za-z-]{1,127}$`)
	versionForm = bridge.FormOf(`^[0-9a-f]{32}$`)
)

// ParseReference reads a reference of one kind. Hosts that are not Key Vault's own are refused: they would be handed a token.
func ParseReference(text string, kind Kind) (Reference, error) {
	form := fmt.Sprintf("write https://VAULT.vault.azure.net/%s/NAME, or .../NAME/VERSION", kind)
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Reference{}, refused("reference_malformed", "the reference is not an https address of Key Vault", form)
	}
	r := Reference{Host: strings.ToLower(u.Hostname()), Kind: kind}
	if u.Port() != "" && u.Port() != "443" || r.resource() == "" || !vaultForm().MatchString(r.Vault()) {
		return Reference{}, refused("host_refused", fmt.Sprintf("%s is not an address of Key Vault, and would be handed a token", u.Host), form)
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 || len(parts) > 3 || parts[0] != string(kind) || !nameForm().MatchString(parts[1]) {
		return Reference{}, refused("reference_malformed", fmt.Sprintf("the reference to vault %s names none of its %s", r.Vault(), kind), form)
	}
	r.Name = parts[1]
	if len(parts) == 3 {
		if r.Version = parts[2]; !versionForm().MatchString(r.Version) {
			return Reference{}, refused("reference_malformed", fmt.Sprintf("the version of %s is not 32 hexadecimal digits", r), form)
		}
	}
	return r, nil
}

// Vault is the vault's name.
func (r Reference) Vault() string {
	name, _, _ := strings.Cut(r.Host, ".")
	return name
}

// String is the reference as it is written.
func (r Reference) String() string {
	out := "https://" + r.Host + "/" + string(r.Kind) + "/" + r.Name
	if r.Version != "" {
		out += "/" + r.Version
	}
	return out
}

// at is the reference to one version.
func (r Reference) at(version string) Reference {
	r.Version = version
	return r
}

// resource is what tokens for the vault are asked for; "" when the host is none of Key Vault's.
func (r Reference) resource() string {
	_, domain, _ := strings.Cut(r.Host, ".")
	return clouds()["."+domain]
}

func (r Reference) scope() string { return r.resource() + "/.default" }

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
