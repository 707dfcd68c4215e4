package azure

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	// StorageScope is the scope of a lease for Azure Storage, in every cloud.
	StorageScope   = "https://storage.azure.com/.default"
	storageVersion = "2023-11-03"
)

// Storage makes the one call that proves that a lease opens a storage account.
type Storage struct {
	http    *wire.Client
	clock   bridge.Clock
	account string
}

// Containers is a first page of an account's blob containers, and the step that fetched it.
type Containers struct {
	Names []string
	More  bool
	Step  bridge.Step
}

// NewStorage returns a client for an account's blob endpoint, such as https://ACCOUNT.blob.core.windows.net. Other hosts
// than Azure's own and loopback are refused: they would be handed the lease.
func NewStorage(client *wire.Client, clock bridge.Clock, account string) (*Storage, error) {
	account, err := trusted(bridge.HopStorage, "storage account", account, func(host string) bool {
		for _, suffix := range []string{".blob.core.windows.net", ".blob.storage.azure.net", ".blob.core.usgovcloudapi.net", ".blob.core.chinacloudapi.cn"} {
			if strings.HasSuffix(host, suffix) {
				return true
			}
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	return &Storage{http: client, clock: clock, account: account}, nil
}

// Containers lists the account's containers.
func (s *Storage) Containers(ctx context.Context, lease bridge.Lease) (Containers, error) {
	start := s.clock()
	header := bearer(lease)
	header.Set("Accept", "application/xml")
	header.Set("X-Ms-Version", storageVersion)
	header.Set("X-Ms-Date", start.UTC().Format(http.TimeFormat))
	resp, err := s.http.Get(ctx, bridge.HopStorage, s.account+"/?comp=list", header)
	if err != nil {
		return Containers{}, err
	}
	a := answer{resp, bridge.HopStorage, hostOf(s.account)}
	if resp.Status != http.StatusOK {
		return Containers{}, s.refusal(a, lease)
	}
	var body struct {
		XMLName    xml.Name `xml:"EnumerationResults"`
		Containers []struct {
			Name string `xml:"Name"`
		} `xml:"Containers>Container"`
		NextMarker string `xml:"NextMarker"`
	}
	if unmarshalXML(resp.Body, &body) != nil {
		return Containers{}, s.notXML(a)
	}
	out := Containers{More: body.NextMarker != ""}
	for _, c := range body.Containers {
		out.Names = append(out.Names, c.Name)
	}
	out.Step = bridge.Step{
		Hop: bridge.HopStorage, Who: string(lease.Principal), What: fmt.Sprintf("listed the containers at %s: %d", a.host, len(out.Names)),
		Expiry: lease.Expiry, Took: s.clock().Sub(start),
	}
	return out, nil
}

// refusal reads Storage's refusals, which are XML, or nothing but a header.
func (s *Storage) refusal(a answer, lease bridge.Lease) error {
	var body struct {
		XMLName xml.Name `xml:"Error"`
		Code    string   `xml:"Code"`
		Message string   `xml:"Message"`
	}
	code := identifier(a.Header.Get("X-Ms-Error-Code"))
	isXML := unmarshalXML(a.Body, &body) == nil
	if code == "" && isXML {
		code = identifier(body.Code)
	}
	// Whatever is not Storage's own is judged as any other answer: redirects, proxies' pages, empty ones.
	if redirect := a.Status >= 300 && a.Status < 400; redirect || code == "" && !isXML && len(bytes.TrimSpace(a.Body)) > 0 {
		out, _ := a.refused()
		if out.Code == "not_json" {
			return s.notXML(a)
		}
		return out
	}
	out := &bridge.Error{
		Kind: bridge.Denied, Hop: bridge.HopStorage, Code: code, Status: a.Status, Text: presentable(body.Message),
		Retry: wire.RetryStatus(a.Status), RetryAfter: a.RetryAfter(),
	}
	if out.Code == "" {
		out.Code = fmt.Sprintf("http_%d", a.Status)
	}
	if out.Text == "" {
		out.Text = fmt.Sprintf("%s answered %d", a.host, a.Status)
		if code != "" {
			out.Text += " " + code
		}
	}
	if out.Retry {
		out.Kind, out.Hint = bridge.Unreachable, "it is the far side's load or fault; the call is repeated later"
	}
	if hint := resourceHint(out, lease, `"Storage Blob Data Reader" on the account`); hint != "" {
		out.Hint = hint
	}
	if out.Code == "AuthorizationFailure" {
		out.Hint = "the account's firewall keeps this network out: az storage account network-rule list --account-name ACCOUNT"
	}
	return out
}

func (s *Storage) notXML(a answer) error {
	out := a.notJSON()
	out.Code, out.Text = "not_xml", strings.NewReplacer("JSON was", "XML was", "not JSON", "not XML").Replace(out.Text)
	return out
}

// unmarshalXML skips the byte order mark that Storage begins with.
func unmarshalXML(body []byte, out any) error {
	return xml.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), out)
}
