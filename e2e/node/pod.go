package node

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Pod is as much of a pod as the tests look at.
type Pod struct {
	Metadata struct {
		Name        string            `json:"name"`
		Namespace   string            `json:"namespace"`
		UID         string            `json:"uid"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Spec   json.RawMessage `json:"spec"`
	Status struct {
		Phase                 string      `json:"phase"`
		Conditions            []condition `json:"conditions"`
		ContainerStatuses     []Container `json:"containerStatuses"`
		InitContainerStatuses []Container `json:"initContainerStatuses"`
	} `json:"status"`
}

type condition struct{ Type, Status string }

// Container is how a container goes.
type Container struct {
	Name         string          `json:"name"`
	Ready        bool            `json:"ready"`
	RestartCount int             `json:"restartCount"`
	ID           string          `json:"containerID"` // containerd://ID
	State        json.RawMessage `json:"state"`
}

// Ready says whether the pod is.
func (p *Pod) Ready() bool { return slices.Contains(p.Status.Conditions, condition{"Ready", "True"}) }

// CreatePod creates a pod and puts it on the node. Its spec's other fields are kept.
func (n *Node) CreatePod(ctx context.Context, namespace, name string, annotations map[string]string, spec map[string]any) (*Pod, error) {
	spec["nodeName"], spec["terminationGracePeriodSeconds"] = Name, 1
	body := map[string]any{"metadata": map[string]any{"name": name, "annotations": annotations}, "spec": spec}
	var pod Pod
	err := n.o.Control.Call(ctx, http.MethodPost, "/api/v1/namespaces/"+namespace+"/pods", body, &pod)
	return &pod, err
}

// WaitPod waits until a pod is as it is wanted, a minute at most.
func (n *Node) WaitPod(ctx context.Context, namespace, name string, wanted func(*Pod) bool) (*Pod, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		var pod Pod
		if err := n.o.Control.Call(ctx, http.MethodGet, "/api/v1/namespaces/"+namespace+"/pods/"+name, nil, &pod); err != nil {
			return nil, err
		}
		if wanted(&pod) {
			return &pod, nil
		}
		select {
		case <-ctx.Done():
			status, _ := json.Marshal(pod.Status) // made of strings
			return nil, fmt.Errorf("pod %s is not as it is wanted after a minute: %s", name, status)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Kill ends a container of a pod, as a program's own end does.
func (n *Node) Kill(ctx context.Context, pod *Pod, container string) error {
	var now Pod
	path := "/api/v1/namespaces/" + pod.Metadata.Namespace + "/pods/" + pod.Metadata.Name
	if err := n.o.Control.Call(ctx, http.MethodGet, path, nil, &now); err != nil {
		return err
	}
	for _, c := range slices.Concat(now.Status.InitContainerStatuses, now.Status.ContainerStatuses) {
		if c.Name == container {
			return n.ctr("tasks", "kill", "--signal", "SIGKILL", strings.TrimPrefix(c.ID, "containerd://"))
		}
	}
	return fmt.Errorf("pod %s has no container %s", pod.Metadata.Name, container)
}

// Log is what a container printed, in the order in which it did. "Kubectl logs" would ask the kubelet for the same files.
func (n *Node) Log(pod *Pod, container string) (string, error) {
	folder := strings.Join([]string{pod.Metadata.Namespace, pod.Metadata.Name, pod.Metadata.UID}, "_")
	files, err := filepath.Glob(filepath.Join(dir, "logs", folder, container, "*.log"))
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, file := range files { // one for each restart
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		for line := range strings.Lines(string(text)) {
			if parts := strings.SplitN(line, " ", 4); len(parts) == 4 { // time, stream, whole or part of a line, text
				out.WriteString(parts[3])
			}
		}
	}
	return out.String(), nil
}

// Projected reads a file of a pod's projected volume, as the kubelet wrote it.
func (n *Node) Projected(pod *Pod, volume, file string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "kubelet/pods", pod.Metadata.UID, "volumes/kubernetes.io~projected", volume, file))
	return string(text), err
}
