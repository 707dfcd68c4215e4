package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
)

// fetch gets a path that is no resource, with the same credentials as everything else.
func fetch(ctx context.Context, live *connection, path string) ([]byte, error) {
	base, _, err := rest.DefaultServerUrlFor(live.config)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base.JoinPath(path).String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := live.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, statusOf(resp, path, body)
	}
	return body, nil
}

// statusOf reads the Status with which an API server refuses; whoever else answers gets one made for it.
func statusOf(resp *http.Response, path string, body []byte) error {
	var status metav1.Status
	if json.Unmarshal(body, &status) == nil && status.Kind == "Status" && int(status.Code) == resp.StatusCode {
		return &apierrors.StatusError{ErrStatus: status}
	}
	generic := apierrors.NewGenericServerResponse(resp.StatusCode, http.MethodGet, schema.GroupResource{}, path, "", 0, true)
	generic.ErrStatus.Message = fmt.Sprintf("%s answered %s", resp.Request.URL.Host, resp.Status)
	return generic
}
