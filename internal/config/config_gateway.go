package config

import "time"

// GatewayDoor is the door to Vertex AI for programs: native requests, OpenAI's and Anthropic's.
type GatewayDoor struct {
	// IP:PORT to listen on. Port 0 takes a free one.
	Listen string `yaml:"listen" default:"127.0.0.1:8990"`
	// PEM file of the serving certificate, with key_file; read again when it changes. Absent: plain HTTP, on loopback only.
	CertFile string `yaml:"cert_file"`
	// PEM file of the certificate's private key.
	KeyFile string `yaml:"key_file"`
	// Lets the door listen in plain HTTP elsewhere than on loopback, where something in front of it speaks TLS.
	PlainHTTP bool `yaml:"plain_http" default:"false"`
	// PEM file of the authorities of callers' client certificates, read at the start. A caller with one is mtls/NAME: its SPIFFE id, else the
	// first DNS name, else the common name. It has no assertion, so it needs identity gateway.
	ClientCAFile string `yaml:"client_ca_file"`
	// Whose identity Google sees. caller: each caller's own assertion is exchanged. gateway: all cross as to_google.
	Identity string `yaml:"identity" default:"caller" choices:"caller,gateway"`
	// Name by which policy knows programs that call over loopback with no token: loopback/NAME. They cross as to_google.
	// Absent: whoever has no token is refused.
	Loopback string `yaml:"loopback"`
	// User ids whose processes may call over loopback with no token. Absent: every process of this machine or pod.
	LoopbackUIDs []int `yaml:"loopback_uids"`
	// Who may call with a token: one entry for each issuer.
	Callers []GatewayCaller `yaml:"callers"`
	// The tokens that the door hands out itself, as the token_url of a credential file.
	Tokens GatewayTokens `yaml:"tokens"`
	// Longest request body, in bytes.
	MaxBody int `yaml:"max_body" default:"33554432"`
	// How long Vertex AI may take until the first byte of an answer.
	FirstByteTimeout time.Duration `yaml:"first_byte_timeout" default:"5m"`
	// How long a stream may say nothing.
	IdleTimeout time.Duration `yaml:"idle_timeout" default:"2m"`
	// How long one call may be retried and sent to other locations; 0s is never.
	RetryBudget time.Duration `yaml:"retry_budget" default:"10s"`
	// How long calls under way may take to end when the process is told to stop.
	Drain time.Duration `yaml:"drain" default:"30s"`
	// File that names revoked callers and tokens, one a line: ISSUER/SUBJECT or token:ID; read again when it changes.
	RevokedFile string `yaml:"revoked_file"`
}

// GatewayCaller is an issuer whose tokens the gateway takes.
type GatewayCaller struct {
	// Name of the issuer; policy knows a workload as NAME/SUBJECT. Required.
	Name string `yaml:"name"`
	// Issuer of the tokens, as in their claim iss. Required.
	Issuer string `yaml:"issuer"`
	// Audiences of which a token must have one. Absent: the provider's own name and api://AzureADTokenExchange, by its name and by its id.
	Audiences []string `yaml:"audiences"`
	// File with the issuer's keys, a JWK set; read again when it changes. Absent: they are fetched from the issuer.
	JWKSFile string `yaml:"jwks_file"`
	// Claim that is the SUBJECT of the workload's name.
	SubjectClaim string `yaml:"subject_claim" default:"sub"`
	// Workload identity pool provider that trusts this issuer, projects/NUMBER/.../providers/PROVIDER. Absent:
	// to_google.provider.
	Provider string `yaml:"provider"`
}

// GatewayTokens are the short tokens that the gateway hands out at /v1/token for a caller's assertion, and takes back in
// place of it: the caller never holds a token of Google's.
type GatewayTokens struct {
	// How long such a token lives, 5m to 1h; never longer than the assertion.
	Lifetime time.Duration `yaml:"lifetime" default:"30m"`
	// File of the keys that seal them, 32 bytes in base64 a line: the first one seals, all of them open; read again when it
	// changes. Absent: a key of this process's own, which no other replica knows.
	KeyFile string `yaml:"key_file"`
	// Where those keys really are: https://VAULT.vault.azure.net/secrets/NAME, whose enabled versions they are, the newest first, and then there is no
	// key_file; or https://VAULT.vault.azure.net/keys/NAME, of type RSA, or projects/P/locations/L/keyRings/R/cryptoKeys/K, with which each line of
	// key_file is wrapped (landbridge secret new-key makes one). Looked at again every minute. Absent: key_file holds them as they are.
	Key string `yaml:"key"`
}

// Policy says which workload may ask what of which model. Without a rule that allows it, a call is refused.
type Policy struct {
	// Rules, the first that matches a call's workload, method, model and location decides.
	Rules []PolicyRule `yaml:"rules"`
	// Where quotas are counted.
	Quotas PolicyQuotas `yaml:"quotas"`
	// What tokens cost, for accounting.
	Prices []PolicyPrice `yaml:"prices"`
}

// PolicyRule allows or denies some calls of some workloads. In workloads, methods, models and tools a * stands for any
// characters; nothing else is a pattern.
type PolicyRule struct {
	// Name of the rule, in decisions and in the audit log. Required.
	Name string `yaml:"name"`
	// Workloads that the rule is for, ISSUER/SUBJECT. Required.
	Workloads []string `yaml:"workloads"`
	// deny refuses what matches, and reads no further key but when.
	Effect string `yaml:"effect" default:"allow" choices:"allow,deny"`
	// Methods that may be called: generateContent, streamGenerateContent, countTokens, predict, rawPredict, ..., or
	// batchPredictionJobs.create for a collection. Absent: generateContent, streamGenerateContent and countTokens.
	Methods []string `yaml:"methods"`
	// Models that may be asked: PUBLISHER/MODEL (google/gemini-2.5-*), or endpoints/ID. Required by allow.
	Models []string `yaml:"models"`
	// Project of the calls, an id. Absent: to_google.project. A caller that names another is refused.
	Project string `yaml:"project"`
	// Locations that may be called. The first is filled in where a caller names none; the others are tried in order when it
	// is out of quota or down, and nothing outside of the list ever is. Absent: to_google.location alone.
	Locations []string `yaml:"locations"`
	// Functions that may be declared as tools, and built-in tools by their field (googleSearch, codeExecution, ...). Absent:
	// every function, no built-in tool.
	Tools []string `yaml:"tools"`
	// MIME types of inline data and files that may be sent, such as image/*; masking cannot see into them. Absent: none.
	Media []string `yaml:"media"`
	// Lets a call name a cachedContent, whose text the guard has never seen.
	CachedContent bool `yaml:"cached_content" default:"false"`
	// Most tokens that an answer may have; a caller that asks for more, or for nothing, gets this. 0 is no limit.
	MaxOutputTokens int `yaml:"max_output_tokens" default:"0"`
	// CEL condition that must hold too. It sees caller (name, issuer, subject, claims), call (method, publisher, model,
	// endpoint, project, location, stream, tools, labels) and now.
	When string `yaml:"when"`
	// Google service account to impersonate, an e-mail. Absent: the caller's own principal.
	ServiceAccount string `yaml:"service_account"`
	// Project that Google counts quota and billing in, as X-Goog-User-Project. Absent: none is sent.
	QuotaProject string `yaml:"quota_project"`
	// Profile of guard.profiles. Absent: guard.default.
	Guard string `yaml:"guard"`
	// How much each matching workload may use. Absent: no limit.
	Quota PolicyQuota `yaml:"quota"`
}

// PolicyQuota is how much one workload may use under one rule; 0 is no limit. Minutes and days are those of UTC.
type PolicyQuota struct {
	// Calls a minute.
	RequestsPerMinute int `yaml:"requests_per_minute" default:"0"`
	// Calls a day.
	RequestsPerDay int `yaml:"requests_per_day" default:"0"`
	// Tokens a minute, input, output and thoughts together. Reserved before a call, settled after it.
	TokensPerMinute int `yaml:"tokens_per_minute" default:"0"`
	// Tokens a day.
	TokensPerDay int `yaml:"tokens_per_day" default:"0"`
	// Calls at the same time.
	Concurrent int `yaml:"concurrent" default:"0"`
	// Counts and reports, and refuses nothing.
	Shadow bool `yaml:"shadow" default:"false"`
}

// PolicyQuotas says where quotas are counted.
type PolicyQuotas struct {
	// local: in this process. postgres: shared by all replicas, which lease slices of a quota and ask the database once a
	// slice, not once a call.
	Store string `yaml:"store" default:"local" choices:"local,postgres"`
	// File that holds the connection string of PostgreSQL; read again when a connection is made. Used, and required, by
	// postgres.
	DSNFile string `yaml:"dsn_file"`
	// Part of a quota that a replica takes at once, in percent of the whole.
	SlicePercent int `yaml:"slice_percent" default:"5"`
	// What happens when the database cannot be reached: refuse calls once the slice is used up, or count locally.
	WhenDown string `yaml:"when_down" default:"refuse" choices:"refuse,local"`
}

// PolicyPrice is what a model's tokens cost; the first price whose model matches is used.
type PolicyPrice struct {
	// Model, PUBLISHER/MODEL, with * for any characters. Required.
	Model string `yaml:"model"`
	// Price of a million input tokens, a decimal number such as 0.30.
	Input string `yaml:"input_per_million"`
	// Price of a million output tokens, thoughts among them.
	Output string `yaml:"output_per_million"`
	// Price of a million cached input tokens. Absent: that of input.
	Cached string `yaml:"cached_per_million"`
}

// Guard says what is masked, inspected and filtered.
type Guard struct {
	// Profile of rules that name none.
	Default string `yaml:"default" default:"standard"`
	// Profiles, by name. standard is there without being written, with every default; writing it changes it.
	Profiles []GuardProfile `yaml:"profiles"`
}

// GuardProfile is one set of protections.
type GuardProfile struct {
	// Name of the profile. Required.
	Name string `yaml:"name"`
	// Personal data in prompts and answers.
	PersonalData GuardPersonalData `yaml:"personal_data"`
	// Prompt injection and jailbreaks.
	Injection GuardInjection `yaml:"injection"`
	// What is done with answers.
	Answers GuardAnswers `yaml:"answers"`
	// What the caller is told when the guard blocks. model: an answer in the model's own words for it (blockReason, a
	// refusal, finish_reason content_filter). error: a 400 in the caller's dialect.
	BlockAs string `yaml:"block_as" default:"model" choices:"model,error"`
	// Strings of this predict request that hold text, as JSON paths such as instances[*].content. A predict call with a
	// profile that masks and no path is refused.
	PredictPaths []string `yaml:"predict_paths" default:"instances[*].content,instances[*].prompt,instances[*].messages[*].content"`
}

// GuardPersonalData says what happens to personal data.
type GuardPersonalData struct {
	// What is done with what is found. token: replaced by a short token that comes back unmasked in the answer. mask: by the
	// type's name. hash: by a keyed hash. redact: taken out. block: the call is refused. keep: nothing.
	Action string `yaml:"action" default:"token" choices:"token,mask,hash,redact,block,keep"`
	// Other actions for some types, TYPE=ACTION, such as CREDIT_CARD=block. docs/guard.md lists the types.
	Actions []string `yaml:"actions"`
	// Types that are looked for. Absent: all but those that docs/guard.md calls loose.
	Types []string `yaml:"types"`
	// Countries whose national ids are looked for, in two letters. Absent: all.
	Countries []string `yaml:"countries"`
	// Least score of a finding, in percent.
	MinScore int `yaml:"min_score" default:"50"`
	// Values that are never masked, whatever they look like; upper and lower case are the same.
	Allow []string `yaml:"allow"`
	// Patterns of your own.
	Patterns []GuardPattern `yaml:"patterns"`
	// Masks personal data in answers too, which the caller's own prompt did not hold.
	Answers bool `yaml:"answers" default:"true"`
	// What is done with it there: token cannot come back, so mask stands for it.
	AnswersAction string `yaml:"answers_action" default:"mask" choices:"mask,hash,redact,block"`
	// conversation: a value has the same token in one conversation, and no meaning outside. stable: tokens are keyed
	// pseudonyms, the same value has the same one for one workload as long as the key lives: for embeddings and joins.
	Tokens string `yaml:"tokens" default:"conversation" choices:"conversation,stable"`
	// File of the keys of hashes and stable tokens, 32 bytes in base64 a line, the first one in use; read again when it
	// changes. stable needs it, or key. Absent: hashes have a key of this process's own.
	KeyFile string `yaml:"key_file"`
	// Where those keys really are, as doors.gateway.tokens.key says it.
	Key string `yaml:"key"`
	// Second opinion of Sensitive Data Protection, with the caller's own lease.
	DLP GuardDLP `yaml:"dlp"`
}

// GuardPattern is a pattern or a list of words of your own.
type GuardPattern struct {
	// Type that a finding has, upper case: EMPLOYEE_ID. Required.
	Type string `yaml:"type"`
	// Regular expression in RE2's syntax. It must match something, and not nothing.
	Pattern string `yaml:"pattern"`
	// Words or phrases, in place of pattern; upper and lower case are the same.
	Words []string `yaml:"words"`
	// Score of a finding, in percent.
	Score int `yaml:"score" default:"60"`
	// Words that raise the score to 95 when they stand near.
	Context []string `yaml:"context"`
}

// GuardDLP is Sensitive Data Protection's second opinion. Each call costs time: its limit is 600 requests a minute.
type GuardDLP struct {
	// Project and location of the calls, projects/PROJECT/locations/LOCATION. Absent: it is not asked.
	Parent string `yaml:"parent"`
	// Info types to ask for, as Google names them. Absent: Google's default list.
	InfoTypes []string `yaml:"info_types"`
	// How long it may take.
	Timeout time.Duration `yaml:"timeout" default:"2s"`
	// What happens when it does not answer.
	WhenDown string `yaml:"when_down" default:"refuse" choices:"refuse,pass"`
}

// GuardInjection says what happens to prompt injection.
type GuardInjection struct {
	// block refuses the call; flag only records it; ask lets Model Armor decide; off does not look.
	Action string `yaml:"action" default:"block" choices:"block,flag,ask,off"`
	// Score at which the action is taken on what the user wrote, in percent.
	Threshold int `yaml:"threshold" default:"55"`
	// The same for tool results, documents and other data, scored line by line.
	DataThreshold int `yaml:"data_threshold" default:"55"`
	// Puts a canary into the system instruction, and cuts an answer that repeats it.
	Canary bool `yaml:"canary" default:"false"`
	// Model Armor as second opinion, with the caller's own lease.
	ModelArmor GuardModelArmor `yaml:"model_armor"`
}

// GuardModelArmor is Model Armor as a second opinion, on streams too.
type GuardModelArmor struct {
	// Template, projects/PROJECT/locations/LOCATION/templates/TEMPLATE. Absent: it is not asked.
	Template string `yaml:"template"`
	// Asks it of answers too.
	Answers bool `yaml:"answers" default:"false"`
	// How long it may take.
	Timeout time.Duration `yaml:"timeout" default:"3s"`
	// What happens when it does not answer, or has screened a part only.
	WhenDown string `yaml:"when_down" default:"refuse" choices:"refuse,pass"`
}

// GuardAnswers says what happens to answers.
type GuardAnswers struct {
	// Least strict safety threshold of a caller: laxer ones are raised to it, absent categories are added.
	Safety string `yaml:"safety" default:"BLOCK_MEDIUM_AND_ABOVE" choices:"OFF,BLOCK_NONE,BLOCK_ONLY_HIGH,BLOCK_MEDIUM_AND_ABOVE,BLOCK_LOW_AND_ABOVE"`
	// What the built-in classifier does with harmful answers of models that rate none themselves.
	Toxicity string `yaml:"toxicity" default:"block" choices:"block,flag,off"`
	// Score at which it does, in percent.
	ToxicityThreshold int `yaml:"toxicity_threshold" default:"70"`
	// What happens to links and images whose address could carry data away: neutralise shows them as text.
	Links string `yaml:"links" default:"neutralise" choices:"neutralise,flag,block,off"`
	// Hosts that links and images may point to.
	LinkHosts []string `yaml:"link_hosts"`
	// Checks answers against the request's own JSON schema, and refuses those that do not hold it.
	EnforceSchema bool `yaml:"enforce_schema" default:"false"`
	// Most bytes of a stream that are held back for inspection.
	HoldBack int `yaml:"hold_back" default:"512"`
}

// Telemetry says where traces and metrics go, by OpenTelemetry's conventions for generative AI. They never hold content.
type Telemetry struct {
	// OTLP endpoint over HTTP, such as http://127.0.0.1:4318. Absent: OTEL_EXPORTER_OTLP_ENDPOINT; with neither nothing is
	// sent. The admin door serves the same metrics to Prometheus.
	Endpoint string `yaml:"endpoint"`
	// Traces that are kept, in percent. A caller's own traceparent decides first.
	SamplePercent int `yaml:"sample_percent" default:"100"`
	// service.name of what is sent.
	ServiceName string `yaml:"service_name" default:"landbridge"`
	// How often metrics are sent.
	Interval time.Duration `yaml:"interval" default:"60s"`
}
