package transferapi

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// job is a transfer job: what was asked for, and what is read out of it.
type job struct {
	project string         // id
	body    map[string]any // as it is shown
	status  string
	latest  string // name of the last operation
	runs    int
	spec    spec
}

// spec is the part of a transfer spec that the sandbox knows.
type spec struct {
	Source *struct {
		Account   string `json:"storageAccount"`
		Container string `json:"container"`
		Path      string `json:"path"`
		Federated *struct {
			Client string `json:"clientId"`
			Tenant string `json:"tenantId"`
		} `json:"federatedIdentityConfig"`
	} `json:"azureBlobStorageDataSource"`
	Sink *struct {
		Bucket string `json:"bucketName"`
		Path   string `json:"path"`
	} `json:"gcsDataSink"`
	Manifest *struct {
		Location string `json:"location"`
	} `json:"transferManifest"`
	Options struct {
		Overwrite      string `json:"overwriteWhen"`
		DeleteUnique   bool   `json:"deleteObjectsUniqueInSink"`
		DeleteOriginal bool   `json:"deleteObjectsFromSourceAfterTransfer"`
		Metadata       struct {
			TimeCreated string `json:"timeCreated"`
		} `json:"metadataOptions"`
	} `json:"transferOptions"`
}

var nameForm = bridge.FormOf(`^transferJobs/[A-Za-z0-9._~-]{0,114}[A-Za-z0-9]$`)

// parse reads a spec, or says in the service's words what is wrong with it.
func parse(body any) (spec, *problem) {
	var out spec
	text, err := json.Marshal(body)
	if err != nil || json.Unmarshal(text, &out) != nil {
		return out, googleapi.Invalid("Invalid JSON payload received.")
	}
	switch {
	case out.Source == nil || out.Sink == nil || out.Source.Federated == nil || out.Options.DeleteUnique || out.Options.DeleteOriginal:
		return out, &problem{
			Code: http.StatusNotImplemented, Status: "UNIMPLEMENTED",
			Message: "the sandbox knows transfers from Azure Blob Storage with a federatedIdentityConfig into a bucket, that delete nothing",
		}
	case out.Source.Account == "" || out.Source.Container == "" || out.Sink.Bucket == "":
		return out, googleapi.Invalid("The storage account, the container and the bucket must be set.")
	case !folder(out.Source.Path) || !folder(out.Sink.Path):
		return out, googleapi.Invalid("A path must be empty or end with a '/'.")
	}
	return out, nil
}

func folder(path string) bool {
	return path == "" || strings.HasSuffix(path, "/") && !strings.HasPrefix(path, "/")
}

func (t *Transfer) create(c *call) (any, *problem) {
	name, _ := c.job["name"].(string)
	if name == "" {
		name = "transferJobs/" + strconv.FormatInt(t.world.Now().UnixNano(), 10)
	}
	if !nameForm().MatchString(name) || strings.HasPrefix(name, "transferJobs/OPI") {
		return nil, googleapi.Invalid("Invalid transfer job name: " + name)
	}
	if t.jobs[name] != nil {
		return nil, &problem{Code: http.StatusConflict, Status: "ALREADY_EXISTS", Message: "Requested entity already exists"}
	}
	s, p := parse(c.job["transferSpec"])
	if p != nil {
		return nil, p
	}
	if p := t.sinkFits(c.project, s); p != nil {
		return nil, p
	}
	now := t.world.Now().UTC().Format(time.RFC3339Nano)
	body := maps.Clone(c.job)
	body["name"], body["creationTime"], body["lastModificationTime"] = name, now, now
	j := &job{project: c.project.ID, body: body, status: "ENABLED", spec: s}
	if status, _ := body["status"].(string); status != "" && status != "STATUS_UNSPECIFIED" {
		j.status = status
	}
	t.jobs[name] = j
	return j.shown(), nil
}

// sinkFits refuses a bucket that the agent may not use.
func (t *Transfer) sinkFits(project world.Project, s spec) *problem {
	needs := []string{"storage.buckets.get", "storage.objects.create", "storage.objects.delete", "storage.objects.list"}
	email := agentOf(project).Email
	if len(t.world.BucketPermissions(world.Grant{Members: []string{"serviceAccount:" + email}}, s.Sink.Bucket, needs...)) == len(needs) {
		return nil
	}
	return &problem{
		Code: http.StatusBadRequest, Status: "FAILED_PRECONDITION",
		Message: fmt.Sprintf("Service account %s does not have required permissions {%s} for bucket %s.", email, strings.Join(needs, ", "), s.Sink.Bucket),
	}
}

func (j *job) shown() any {
	out := maps.Clone(j.body)
	out["status"] = j.status
	if j.latest != "" {
		out["latestOperationName"] = j.latest
	}
	return out
}

// found is the job of the path; one of another project is nobody's business.
func (t *Transfer) found(c *call) (*job, *problem) {
	j := t.jobs[c.name]
	if j == nil || j.project != c.project.ID {
		return nil, googleapi.Absent("Requested entity was not found.")
	}
	return j, nil
}

func (t *Transfer) get(c *call) (any, *problem) {
	j, p := t.found(c)
	if p != nil {
		return nil, p
	}
	return j.shown(), nil
}

func (t *Transfer) remove(c *call) (any, *problem) {
	j, p := t.found(c)
	if p != nil {
		return nil, p
	}
	j.status = "DELETED"
	return map[string]any{}, nil
}

// agent is Google's own account for the transfers of a project.
type agent struct{ Email, Subject string }

func agentOf(p world.Project) agent {
	email := "project-" + p.Number + "@storage-transfer-service.iam.gserviceaccount.com"
	sum := sha256.Sum256([]byte(email))
	return agent{email, "1" + fmt.Sprintf("%020d", binary.BigEndian.Uint64(sum[:8]))}
}

// Agent is the account that does a project's transfers, and the subject of its ID tokens.
func (t *Transfer) Agent(project string) (email, subject string, err error) {
	p, err := t.world.Project(project)
	if err != nil {
		return "", "", err
	}
	a := agentOf(p)
	return a.Email, a.Subject, nil
}

func (t *Transfer) account(c *call) (any, *problem) {
	a := agentOf(c.project)
	return map[string]any{"accountEmail": a.Email, "subjectId": a.Subject}, nil
}

// googleToken is a token of the agent's for Google's own APIs.
func (t *Transfer) googleToken(a agent, project string) bridge.Secret {
	return t.world.Issue(world.Grant{
		Principal: bridge.Principal(a.Email), Members: []string{"serviceAccount:" + a.Email}, Project: project,
		Scopes: []string{"https://www.googleapis.com/auth/cloud-platform"}, Expiry: t.world.Now().Add(time.Hour),
	})
}

// idToken is what the agent shows Entra.
func (t *Transfer) idToken(a agent) (string, error) {
	now := t.world.Now()
	return t.world.GoogleKeys().Sign(map[string]any{
		"iss": world.GoogleIssuer, "sub": a.Subject, "azp": a.Subject, "aud": "api://AzureADTokenExchange",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "email": a.Email, "email_verified": true,
	})
}
