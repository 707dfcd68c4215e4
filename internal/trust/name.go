package trust

import (
	"errors"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

const iamHost = "//iam.googleapis.com/"

// ProviderName is the resource name of a workload identity pool provider, taken apart.
type ProviderName struct {
	Project  string // must be the project number; a project id parses, so that Compile can say what is wrong with it
	Pool     string
	Provider string
}

// What is wrong with a resource name, for errors.Is.
var (
	// ErrPoolName is a pool's name where a provider's is due.
	ErrPoolName = errors.New("this is a pool's name: /providers/PROVIDER is missing")
	// ErrNameShape is anything else that is not a provider's name.
	ErrNameShape = errors.New("not of the form projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER")
	// ErrAudienceHost is a name without the host that the audience of a token exchange carries.
	ErrAudienceHost = errors.New("the audience of a token exchange starts with //iam.googleapis.com/")
)

// ParseProviderName reads projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER.
func ParseProviderName(name string) (ProviderName, error) {
	part := strings.Split(name, "/")
	if len(part) < 6 || part[0] != "projects" || part[2] != "locations" || part[3] != "global" || part[4] != "workloadIdentityPools" {
		return ProviderName{}, ErrNameShape
	}
	if len(part) == 6 && part[1] != "" && part[5] != "" {
		return ProviderName{}, ErrPoolName
	}
	if len(part) != 8 || part[6] != "providers" || part[1] == "" || part[5] == "" || part[7] == "" {
		return ProviderName{}, ErrNameShape
	}
	return ProviderName{Project: part[1], Pool: part[5], Provider: part[7]}, nil
}

// ParseAudience reads the audience of a token exchange: //iam.googleapis.com/ and a provider's name.
func ParseAudience(audience string) (ProviderName, error) {
	name, ok := strings.CutPrefix(audience, iamHost)
	if !ok {
		return ProviderName{}, ErrAudienceHost
	}
	return ParseProviderName(name)
}

// String is the resource name.
func (n ProviderName) String() string { return n.PoolName() + "/providers/" + n.Provider }

// PoolName is the resource name of the pool.
func (n ProviderName) PoolName() string {
	return "projects/" + n.Project + "/locations/global/workloadIdentityPools/" + n.Pool
}

// Audience is what a token exchange with this provider names as its audience.
func (n ProviderName) Audience() string { return iamHost + n.String() }

// TokenAudience is the "aud" that a token for this provider carries when the provider lists no audiences of its own.
func (n ProviderName) TokenAudience() string { return "https:" + n.Audience() }

// Numeric says whether the project is given by number, as Google demands.
func (n ProviderName) Numeric() bool { return digits(n.Project) }

// Principal is the one identity with this subject. Subjects belong to the pool: two providers of one pool that map the
// same subject mean the same principal.
func (n ProviderName) Principal(subject string) bridge.Principal {
	return bridge.Principal("principal:" + iamHost + n.PoolName() + "/subject/" + subject)
}

// GroupSet is every identity of the pool in the group.
func (n ProviderName) GroupSet(group string) bridge.Principal {
	return bridge.Principal("principalSet:" + iamHost + n.PoolName() + "/group/" + group)
}

// AttributeSet is every identity of the pool whose mapped attribute has the value; name comes without "attribute.".
func (n ProviderName) AttributeSet(name, value string) bridge.Principal {
	return bridge.Principal("principalSet:" + iamHost + n.PoolName() + "/attribute." + name + "/" + value)
}

// PoolSet is every identity of the pool.
func (n ProviderName) PoolSet() bridge.Principal {
	return bridge.Principal("principalSet:" + iamHost + n.PoolName() + "/*")
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
