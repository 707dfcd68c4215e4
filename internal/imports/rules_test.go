// Package imports holds the house's arrows: which room may import which, which libraries have one home, and what nobody
// may import or call. It is a test and nothing else.
//
// Source files enter, broken rules leave, each with its file, line and arrow. It must not run a child process, nor need
// the code to compile. The same table, with its reasons, is in docs/design/house.md; a change is a line in both.
package imports

// module is the path that our own imports begin with.
const module = "github.com/landbridge/landbridge"

// where the table is explained; a broken rule names it.
const table = "docs/design/house.md, Rooms and arrows"

// anything lets a room import every room.
const anything = "*"

// room is one folder of the module, or with /... the folders below it too.
type room struct {
	path string
	may  []string // rooms that it may import, written like path; the standard library goes without saying
}

// rooms is the table. A folder that no line names is an unknown room, which is an error too.
var rooms = []room{
	// The vocabulary.
	{"internal/bridge", nil},
	{"internal/wire", []string{"internal/bridge"}},
	{"internal/tokenfile", []string{"internal/bridge"}},

	// The vocabulary of set-up: shores, Kubernetes and the core of set-up speak it.
	{"internal/estate", []string{"internal/bridge"}},

	// The vocabulary of prompts: the gateway, the guard, policy and the shore that calls Vertex AI speak it.
	{"internal/prompt", []string{"internal/bridge"}},

	// Core: pure, and never one another.
	{"internal/trust", []string{"internal/bridge"}},
	{"internal/broker", []string{"internal/bridge"}},
	{"internal/audit", []string{"internal/bridge"}},

	// Core, of prompts. A room below another holds one of its parts: the detectors, the names, the classifiers.
	{"internal/splice", []string{"internal/bridge"}},
	{"internal/mask/...", []string{"internal/bridge", "internal/prompt", "internal/mask/..."}},
	{"internal/inspect/...", []string{"internal/bridge", "internal/prompt", "internal/inspect/..."}},
	{"internal/policy", []string{"internal/bridge", "internal/prompt"}},
	{"internal/measure", []string{"internal/bridge", "internal/prompt"}},

	// Quotas that many replicas share.
	{"internal/ledger", []string{"internal/bridge", "internal/policy"}},

	// Traces and metrics of prompts.
	{"internal/telemetry", []string{"internal/bridge", "internal/prompt"}},

	// Backup bytes: sums, and the vocabulary that stores and the core speak; what protects data in Azure, and the same of it.
	{"internal/checksum", nil},
	{"internal/dataset", []string{"internal/bridge", "internal/checksum"}},
	{"internal/protect", []string{"internal/bridge"}},

	// Core, of backup bytes. Below backup are its acts: transfer, check, restore, inventory.
	{"internal/manifest", []string{"internal/bridge", "internal/checksum", "internal/dataset"}},
	{"internal/structure", []string{"internal/bridge", "internal/checksum"}},
	{"internal/lineage", []string{"internal/bridge", "internal/checksum", "internal/dataset"}},
	{"internal/backup/...", []string{
		"internal/bridge", "internal/checksum", "internal/dataset", "internal/protect", "internal/manifest", "internal/structure", "internal/backup/...",
	}},

	// A local directory as a store; keys in local files.
	{"internal/folder", []string{"internal/bridge", "internal/checksum", "internal/dataset"}},
	{"internal/keyring", []string{"internal/bridge"}},

	// Durable jobs, on SQLite or PostgreSQL.
	{"internal/jobs", []string{"internal/bridge"}},

	// The acts on datasets, as runs of the job engine.
	{"internal/runs", []string{
		"internal/bridge", "internal/checksum", "internal/dataset", "internal/protect", "internal/manifest", "internal/structure", "internal/backup/...",
		"internal/jobs",
	}},

	// An issuer's keys over the network, for rules that fetch nothing.
	{"internal/discovery", []string{"internal/bridge", "internal/wire", "internal/trust"}},

	// Shores: never each other, never the core.
	{"internal/azure", []string{"internal/bridge", "internal/wire", "internal/tokenfile"}},
	{"internal/google", []string{"internal/bridge", "internal/wire", "internal/tokenfile"}},

	// Vertex AI, Model Armor and Sensitive Data Protection as the gateway calls them.
	{"internal/google/vertex", []string{"internal/bridge", "internal/wire", "internal/prompt", "internal/google"}},

	// Stores of both shores, and what the backup half asks of them beside bytes.
	{"internal/azure/rest", []string{"internal/bridge", "internal/wire", "internal/azure"}},
	{"internal/azure/dataplane", []string{"internal/bridge", "internal/wire", "internal/dataset", "internal/azure"}},
	{"internal/azure/blob", []string{"internal/bridge", "internal/wire", "internal/checksum", "internal/dataset", "internal/azure", "internal/azure/dataplane"}},
	{"internal/azure/files", []string{"internal/bridge", "internal/wire", "internal/checksum", "internal/dataset", "internal/azure", "internal/azure/dataplane"}},
	{"internal/azure/vaults", []string{"internal/bridge", "internal/wire", "internal/protect", "internal/azure", "internal/azure/rest"}},
	{"internal/azure/keyvault", []string{"internal/bridge", "internal/wire", "internal/azure", "internal/azure/rest"}},
	{"internal/google/storage", []string{"internal/bridge", "internal/wire", "internal/checksum", "internal/dataset", "internal/google"}},
	{"internal/google/catalog", []string{"internal/bridge", "internal/wire", "internal/lineage", "internal/google"}},
	{"internal/google/transfer", []string{"internal/bridge", "internal/wire", "internal/dataset", "internal/google"}},
	{"internal/google/kms", []string{"internal/bridge", "internal/wire", "internal/google"}},

	// What a Keeper has read, kept until it is dropped: the same for all three sides.
	{"internal/memo", nil},

	// Set-up's side of each shore, and Kubernetes, which is a third side.
	{"internal/azure/provision", []string{"internal/bridge", "internal/wire", "internal/tokenfile", "internal/estate", "internal/memo", "internal/azure", "internal/azure/rest"}},
	{"internal/google/provision", []string{"internal/bridge", "internal/wire", "internal/tokenfile", "internal/estate", "internal/memo", "internal/google"}},
	{"internal/kube", []string{"internal/bridge", "internal/wire", "internal/estate", "internal/memo"}},

	// What shall be and what is; what is wrong, and the command that mends it.
	{"internal/setup", []string{"internal/bridge", "internal/estate", "internal/trust"}},
	{"internal/setup/render", []string{"internal/bridge", "internal/estate", "internal/setup"}},
	{"internal/doctor", []string{"internal/bridge", "internal/estate", "internal/trust"}},

	// The token's journey, assembled: what the product and the Go API share.
	{"internal/route", []string{
		"internal/bridge", "internal/wire", "internal/tokenfile", "internal/broker", "internal/azure", "internal/google",
	}},

	// Doors: know no cloud.
	{"internal/metadata", []string{"internal/bridge", "internal/wire", "internal/trust", "internal/broker", "internal/audit"}},
	{"internal/gateway", []string{
		"internal/bridge", "internal/wire", "internal/prompt", "internal/splice", "internal/trust", "internal/broker", "internal/audit",
		"internal/policy", "internal/mask", "internal/inspect", "internal/gateway/dialect",
	}},
	{"internal/gateway/dialect", []string{"internal/bridge", "internal/prompt", "internal/splice"}},
	{"internal/webhook", []string{"internal/bridge", "internal/wire", "internal/estate"}},
	{"internal/webhook/certificate", []string{"internal/bridge"}},

	// Assembly.
	{"internal/config", []string{"internal/bridge", "internal/dataset"}},
	{"internal/sandbox/...", []string{"internal/bridge", "internal/wire", "internal/trust", "internal/discovery", "internal/checksum", "internal/sandbox/..."}},
	{"internal/app", []string{anything}},
	{"internal/cli", []string{"internal/app", "internal/config", "internal/bridge"}},
	{"cmd/landbridge", []string{"internal/cli"}},

	// The public Go API, at the root of the module, and the suites that other implementations of the ports can run.
	{"", []string{"internal/route", "internal/bridge", "internal/wire"}},
	{"testkit/...", []string{"internal/bridge"}},

	// This guard, and the list that keeps go.mod whole.
	{"internal/imports", nil},
}

// home says in which rooms alone a library may be imported, so that it can be replaced there.
type home struct {
	prefix string
	rooms  []string
}

// homes are not for test files.
var homes = []home{
	{"github.com/Azure/", []string{
		"internal/azure", "internal/azure/provision", "internal/azure/rest", "internal/azure/blob", "internal/azure/files", "internal/azure/vaults",
		"internal/azure/keyvault", "",
	}},
	{"cloud.google.com/go/auth", []string{""}},
	{"golang.org/x/oauth2", []string{"", "internal/google", "internal/google/provision"}},
	{"google.golang.org/api", []string{"internal/google/provision", "internal/google/storage", "internal/google/transfer"}},
	{"k8s.io/", []string{"internal/kube"}},
	{"sigs.k8s.io/structured-merge-diff", []string{"internal/sandbox/kubeapi"}},
	{"cel.dev/", []string{"internal/trust", "internal/policy"}},
	{"github.com/go-json-experiment/json", []string{"internal/splice", "internal/gateway", "internal/gateway/dialect", "internal/manifest"}},
	{"github.com/jackc/", []string{"internal/ledger", "internal/jobs"}},
	{"github.com/riverqueue/", []string{"internal/jobs"}},
	{"modernc.org/", []string{"internal/jobs"}},
	{"go.opentelemetry.io/", []string{"internal/telemetry"}},
	{"github.com/google/jsonschema-go", []string{"internal/gateway"}},
	{"github.com/petar-dambovaliev/aho-corasick", []string{"internal/mask/find", "internal/inspect"}},
	{"github.com/goccy/go-yaml", []string{"internal/config", "internal/app"}},
	{"github.com/spf13/", []string{"internal/cli"}},
	{"github.com/prometheus/", []string{"internal/metadata", "internal/webhook", "internal/app", "internal/telemetry"}},
}

// ban is a library that no file of this module may import, tests included. A * stands for one element of the path.
type ban struct{ prefix, why string }

var bans = []ban{
	{"k8s.io/api", "4 MiB for one Pod; keep the object raw"},
	{"k8s.io/client-go/kubernetes", "19 to 38 MiB; use k8s.io/client-go/dynamic"},
	{"k8s.io/client-go/informers", "38 MiB; use k8s.io/client-go/dynamic"},
	{"sigs.k8s.io/controller-runtime", "23 MiB"},
	{"cloud.google.com/go/storage", "18 MiB of gRPC and xDS; speak GCS over wire"},
	{"cloud.google.com/go/*/apiv*", "a gRPC client for a few REST calls"},
	{"google.golang.org/api/aiplatform", "compiles for 44 s; bodies pass through as they are"},
	{"github.com/Azure/azure-sdk-for-go/sdk/storage", "5 MiB of Apache Arrow for lists; azcore and a few REST calls"},
	{"google.golang.org/genai", "belongs in the nested e2e module"},
	{"github.com/redis", "8 MiB and a third service"},
	{"github.com/go-redis", "8 MiB and a third service"},
	{"github.com/knights-analytics", "models run in a program of their own"},
	{"github.com/nyaruka/phonenumbers", "10 ms at every start; generate a table from it in tools"},
	{"github.com/open-policy-agent/opa", "17 MiB; policies are CEL"},
	{"text/template", "keeps every method of every type: 8 MiB; os.Expand fills a text"},
	{"html/template", "keeps every method of every type: 8 MiB"},
	{"github.com/pkg/errors", "errors are fmt.Errorf with %w"},
	{"github.com/google/cel-go", "moved to cel.dev/cel-go"},
}

// call is something of the standard library that belongs in a few rooms only.
type call struct {
	pkg, name string
	rooms     []string
	instead   string
}

// edges are the rooms that meet the real process; everything else takes what it needs as input.
var edges = []string{"internal/app", "internal/cli", "", "cmd/landbridge"}

// calls are not for test files, nor for testkit, which is tests for others to run.
var calls = []call{
	{"time", "Now", edges, "take a bridge.Clock"},
	{"time", "Since", edges, "take a bridge.Clock"},
	{"time", "Until", edges, "take a bridge.Clock"},
	{"os", "Getenv", edges, "take a bridge.Env"},
	{"os", "LookupEnv", edges, "take a bridge.Env"},
	{"os", "Environ", edges, "take a bridge.Env"},
	{"os", "ExpandEnv", edges, "take a bridge.Env"},
	{"os", "Exit", []string{"cmd/landbridge"}, "return an error"},
	{"log", "Fatal", nil, "return an error"},
	{"log", "Fatalf", nil, "return an error"},
	{"net/http", "DefaultClient", edges, "take a *wire.Client"},
	{"net/http", "DefaultTransport", nil, "take a *wire.Client"},
	{"net/http", "DefaultServeMux", nil, "make a http.ServeMux"},
	{"net/http", "Get", nil, "take a *wire.Client"},
	{"net/http", "Head", nil, "take a *wire.Client"},
	{"net/http", "Post", nil, "take a *wire.Client"},
	{"net/http", "PostForm", nil, "take a *wire.Client"},
	{"net/http", "Handle", nil, "make a http.ServeMux"},
	{"net/http", "HandleFunc", nil, "make a http.ServeMux"},
	{"net/http", "ListenAndServe", nil, "make a http.Server with deadlines"},
	{"log/slog", "Default", edges, "take a *slog.Logger"},
	{"log/slog", "SetDefault", nil, "pass the *slog.Logger on"},
	{"log/slog", "Debug", nil, "take a *slog.Logger"},
	{"log/slog", "Info", nil, "take a *slog.Logger"},
	{"log/slog", "Warn", nil, "take a *slog.Logger"},
	{"log/slog", "Error", nil, "take a *slog.Logger"},
}
