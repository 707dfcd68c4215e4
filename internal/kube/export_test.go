package kube

import (
	"net/http"

	"k8s.io/client-go/rest"
)

// Over is a cluster whose API server is a RoundTripper: in a bubble of testing/synctest nothing may wait for a network.
func Over(o Options, server http.RoundTripper) *Client {
	return &Client{options: o.whole(), label: "the test's cluster", configure: func() (*rest.Config, error) {
		return &rest.Config{Host: "http://cluster.test", Transport: server}, nil
	}}
}
