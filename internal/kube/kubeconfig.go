package kube

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// fromKubeconfig reads the context that leads to a cluster; current allows it to be the file's current one. Errors are of
// kind Usage.
func fromKubeconfig(o Options, reach estate.Reach, current bool) (*rest.Config, error) {
	if reach.Context == "" && !current {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopHome, Code: "context_missing",
			Text: fmt.Sprintf("no context leads to cluster %s", reach.Cluster), Hint: "name one of `kubectl config get-contexts` in setup.clusters[].context",
		}
	}
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: reach.Kubeconfig}
	where := reach.Kubeconfig
	if where == "" {
		rules.Precedence = defaultFiles(o.Env)
		where = strings.Join(rules.Precedence, string(filepath.ListSeparator))
	}
	file, err := rules.Load()
	if err != nil {
		return nil, unreadable(where, err)
	}
	name := reach.Context
	if name == "" {
		name = file.CurrentContext
	}
	if _, ok := file.Contexts[name]; !ok {
		return nil, contextNotFound(where, name, file)
	}
	config, err := clientcmd.NewNonInteractiveClientConfig(*file, name, &clientcmd.ConfigOverrides{}, nil).ClientConfig()
	if err != nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopHome, Code: "kubeconfig_invalid",
			Text: fmt.Sprintf("context %q of %s is of no use", name, where), Hint: "az aks get-credentials --overwrite-existing writes it anew", Cause: err,
		}
	}
	if err := unproven(config, name, where); err != nil {
		return nil, err
	}
	if config.ExecProvider != nil {
		config.ExecProvider.StdinUnavailable = true // a plug-in that asks would hang a pipeline
		config.ExecProvider.StdinUnavailableMessage = "landbridge asks nobody; sign in first"
	}
	return config, nil
}

// unproven refuses a server that need not prove itself: whoever stands in between is handed the operator's credentials, and
// says which keys Google shall take for the cluster's. A port-forward to loopback may.
func unproven(config *rest.Config, context, where string) error {
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil //nolint:nilerr // making the client says so, with what to do
	}
	host := base.Hostname()
	addr, err := netip.ParseAddr(host)
	if host == "localhost" || err == nil && addr.IsLoopback() {
		return nil
	}
	how := ""
	switch {
	case config.Insecure:
		how = "with insecure-skip-tls-verify"
	case base.Scheme != "https":
		how = "over plain http"
	default:
		return nil
	}
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopHome, Code: "server_unproven",
		Text: fmt.Sprintf("context %q of %s leads to %s %s: whoever stands in between would get the operator's credentials, and choose the keys that Google trusts", context, where, host, how),
		Hint: "az aks get-credentials --overwrite-existing writes it anew, with the cluster's CA",
	}
}

// defaultFiles are kubectl's: KUBECONFIG, a list, else the one in the home directory.
func defaultFiles(env bridge.Env) []string {
	var out []string
	for _, path := range filepath.SplitList(env("KUBECONFIG")) {
		if path != "" {
			out = append(out, path)
		}
	}
	if len(out) > 0 {
		return out
	}
	home := env("HOME")
	if home == "" {
		home = env("USERPROFILE")
	}
	return []string{filepath.Join(home, ".kube", "config")}
}

func unreadable(where string, err error) error {
	out := &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopHome, Code: "kubeconfig_unreadable",
		Text: "cannot read the kubeconfig " + where, Hint: "check its path and that it is YAML", Cause: err,
	}
	if errors.Is(err, fs.ErrNotExist) {
		out.Code, out.Text, out.Hint, out.Cause = "kubeconfig_not_found", "there is no kubeconfig "+where, "az aks get-credentials -g GROUP -n CLUSTER writes one", nil
	}
	return out
}

func contextNotFound(where, context string, file *api.Config) error {
	known := slices.Sorted(maps.Keys(file.Contexts))
	out := &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopHome, Code: "context_not_found",
		Text: fmt.Sprintf("%s has no context %q", where, context),
		Hint: "its contexts are " + strings.Join(known, ", "),
	}
	if context == "" {
		out.Text, out.Hint = where+" has no current context", "kubectl config use-context NAME chooses one; "+out.Hint
	}
	if len(known) == 0 {
		out.Hint = "it has none at all: az aks get-credentials -g GROUP -n CLUSTER writes one"
	}
	return out
}

// unusable is a configuration that client-go cannot make a client of.
func (c *Client) unusable(err error) error {
	hint := "az aks get-credentials --overwrite-existing writes it anew"
	if strings.Contains(err.Error(), "no Auth Provider found") { // client-go 1.26 took the old ones out; its error has no type
		hint = "kubelogin convert-kubeconfig -l azurecli moves it to an exec plug-in"
	}
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopHome, Code: "kubeconfig_invalid",
		Text: "no client for " + c.name() + " can be made of its kubeconfig", Hint: hint, Cause: err,
	}
}

// kubectl is a command that the reader can type, for this very cluster.
func (c *Client) kubectl(args string) string {
	command := "kubectl"
	if c.reach.Kubeconfig != "" {
		command += " --kubeconfig " + quote(c.reach.Kubeconfig)
	}
	if c.reach.Context != "" {
		command += " --context " + quote(c.reach.Context)
	}
	return command + " " + args
}

// quote puts a word that a shell would take apart into single quotes.
func quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+=,", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
