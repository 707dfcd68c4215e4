package kube

// Scope is where to look in a cluster: some namespaces, or all.
type Scope struct {
	client     *Client
	namespaces []string // "" is all of them
}

// In is a scope of these namespaces; of the whole cluster when none is named.
func (c *Client) In(namespaces ...string) Scope {
	if len(namespaces) == 0 {
		namespaces = []string{""}
	}
	return Scope{c, namespaces}
}
