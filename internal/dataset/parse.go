package dataset

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
)

// Location is a place as somebody wrote it: Host is the service that was named with it, "ACCOUNT.blob.core.windows.net", and "" where the
// place alone was.
type Location struct {
	Place
	Host string
}

// forms are what ParsePlace takes.
const forms = "write https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX/, https://ACCOUNT.file.core.windows.net/SHARE/PREFIX/, gs://BUCKET/PREFIX/ or an absolute path"

// services are the endings of the hosts of Azure Storage in its clouds.
var services = map[string]Store{
	".blob.core.windows.net": Blob, ".dfs.core.windows.net": Blob, ".file.core.windows.net": Files,
	".blob.core.usgovcloudapi.net": Blob, ".dfs.core.usgovcloudapi.net": Blob, ".file.core.usgovcloudapi.net": Files,
	".blob.core.chinacloudapi.cn": Blob, ".dfs.core.chinacloudapi.cn": Blob, ".file.core.chinacloudapi.cn": Files,
}

// ParsePlace reads https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX, the same of .file and .dfs, abfss://CONTAINER@ACCOUNT.dfs...,
// blob://ACCOUNT/CONTAINER/PREFIX, files://ACCOUNT/SHARE/PREFIX, gs://BUCKET/PREFIX, or the absolute path of a directory. A prefix ends in a
// slash whether it was written or not: a dataset is a folder of names, not a beginning of them.
func ParsePlace(s string) (Location, error) {
	if strings.HasPrefix(s, "/") {
		return Location{Place: Place{Store: Folder, Name: path.Clean(s)}}, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme == "" {
		return Location{}, fmt.Errorf("%q is not a place: %s", s, forms)
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return Location{}, errors.New("a place with a query is refused: a shared access signature is a secret, and an identity needs none; " + forms)
	}
	_, isSecret := u.User.Password()
	if isSecret || u.User != nil && u.Scheme != "abfss" {
		return Location{}, errors.New("a place with a user or a password is refused; " + forms)
	}
	return parseURL(s, u)
}

func parseURL(s string, u *url.URL) (Location, error) {
	name, prefix, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	out := Location{Place: Place{Account: u.Host, Name: name, Prefix: prefix}}
	switch u.Scheme {
	case "gs":
		out.Place = Place{Store: Bucket, Name: u.Host, Prefix: strings.TrimPrefix(u.Path, "/")}
	case "blob", "files":
		out.Store = Store(u.Scheme)
	case "abfss":
		out.Name, out.Prefix = u.User.Username(), strings.TrimPrefix(u.Path, "/")
		fallthrough
	case "https":
		account, ending, _ := strings.Cut(strings.ToLower(u.Host), ".")
		if out.Store = services["."+ending]; out.Store == "" {
			return Location{}, fmt.Errorf("%s is no host of Azure Storage: %s", u.Host, forms)
		}
		out.Account = account
		out.Host = account + strings.Replace("."+ending, ".dfs.", ".blob.", 1)
	default:
		return Location{}, fmt.Errorf("%q is not a place: %s", s, forms)
	}
	if out.Name == "" {
		return Location{}, fmt.Errorf("%q names no container, share or bucket: %s", s, forms)
	}
	if out.Prefix != "" && !strings.HasSuffix(out.Prefix, "/") {
		out.Prefix += "/"
	}
	return out, nil
}

// Overlap says whether objects of one place lie in the other too.
func (p Place) Overlap(q Place) bool {
	if p.Store == Folder && q.Store == Folder {
		a, b := strings.TrimSuffix(p.Name, "/")+"/", strings.TrimSuffix(q.Name, "/")+"/"
		return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
	}
	return p.Store == q.Store && p.Account == q.Account && p.Name == q.Name && (strings.HasPrefix(p.Prefix, q.Prefix) || strings.HasPrefix(q.Prefix, p.Prefix))
}
