package kube

import (
	"context"
	"path/filepath"
)

// controllers are those that make a cluster of one node whole: accounts and what is in each namespace, Deployments down to
// pods, the endpoints of Services, and the node's readiness.
const controllers = "serviceaccount-controller,root-ca-certificate-publisher-controller,namespace-controller,deployment-controller," +
	"replicaset-controller,endpoints-controller,endpointslice-controller,node-lifecycle-controller,disruption-controller"

// StartManagers starts the controller manager and the scheduler of a control plane from the folder bin. Both end with ctx; the
// returned function waits for their end.
func (c *Control) StartManagers(ctx context.Context, bin, logs string) (func(), error) {
	ctx, cancel := context.WithCancel(ctx)
	stop := cancel
	for name, args := range map[string][]string{
		"kube-controller-manager": {"--controllers=" + controllers, "--root-ca-file=" + c.keys.path("ca.crt")},
		"kube-scheduler":          {},
	} {
		config, err := c.Kubeconfig(c.keys.dir, User{Name: "system:" + name, Groups: []string{"system:masters"}})
		if err != nil {
			stop()
			return nil, err
		}
		args = append(args, "--kubeconfig="+config, "--leader-elect=false", "--secure-port=0", "--v=0")
		wait, err := start(ctx, filepath.Join(bin, name), filepath.Join(logs, name+".log"), args...)
		if err != nil {
			stop()
			return nil, err
		}
		before := stop
		stop = func() { cancel(); wait(); before() }
	}
	return stop, nil
}
