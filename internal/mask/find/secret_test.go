package find_test

import (
	"strings"
	"testing"
)

// TestSecrets: keys and tokens, put together here so that no whole one stands in a source file.
func TestSecrets(t *testing.T) {
	t.Parallel()
	f := standard(t)
	run := func(n int) string { return strings.Repeat("a7Kd0Qz3Xm9Lw5", 20)[:n] }
	for _, c := range []struct{ kind, text string }{
		{"AWS_CREDENTIALS", "id «AKIA" + "IOSFODNN7EXAMPLE" + "» here"},
		{"AWS_CREDENTIALS", "aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY»\n"},
		{"GCP_API_KEY", "https://maps.example.com/?key=«AIza" + run(35) + "»"},
		{"GCP_CREDENTIALS", "access «ya29." + run(60) + "»"},
		{"GCP_CREDENTIALS", `"client_secret":"«GOCSPX-` + run(28) + `»"`},
		{"AZURE_AUTH_TOKEN", "AccountName=a;AccountKey=«" + run(86) + "==»;EndpointSuffix=core.windows.net"},
		{"AZURE_AUTH_TOKEN", "https://a.blob.core.windows.net/c?sv=2022&sig=«" + run(43) + "%3D»&se=1"},
		{"AZURE_AUTH_TOKEN", "secret «abc8Q~" + run(34) + "»."},
		{"AUTH_TOKEN", "git clone with «ghp_" + run(36) + "»"},
		{"AUTH_TOKEN", "«github_pat_" + run(82) + "»"},
		{"AUTH_TOKEN", "«glpat-" + run(20) + "»"},
		{"AUTH_TOKEN", "SLACK=«xoxb-" + "123456789012-" + run(24) + "»"},
		{"AUTH_TOKEN", "«sk_live_" + run(24) + "»"},
		{"AUTH_TOKEN", "OPENAI_API_KEY=«sk-" + "proj-" + run(48) + "»"},
		{"AUTH_TOKEN", "«sk-ant-" + "api03-" + run(90) + "»"},
		{"AUTH_TOKEN", "«npm_" + run(36) + "»"},
		{"AUTH_TOKEN", "«pypi-" + run(100) + "»"},
		{"AUTH_TOKEN", "Authorization: Bearer «" + run(40) + "»"},
		{"BASIC_AUTH_HEADER", "Authorization: Basic «dXNlcjpwYXNzd29yZA==»"},
		{"ENCRYPTION_KEY", "key:\n«-----BEGIN RSA PRIVATE " + "KEY-----\nMIIB\n" + run(64) + "\n-----END RSA PRIVATE " + "KEY-----»\nend"},
		{"ENCRYPTION_KEY", "«-----BEGIN PRIVATE " + "KEY-----\nMIIB\n" + run(64) + "\n»"},
		{"PASSWORD", "the password is «hunter2-x»."},
		{"PASSWORD", "DB_PASSWORD=«Summer2024!»"},
		{"PASSWORD", `{"adminPassword": "«tr0ub4dor&3»"}`},
		{"PASSWORD", "mysql://root:«pa55w0rd»@db/x"},
		{"SECRET", `api_key: "«` + run(32) + `»"`},
		{"SECRET", "CLIENT_SECRET=«" + run(40) + "»"},
		{"CREDIT_CARD_TRACK_NUMBER", "swipe «%B4111111111111111^DOE/JANE^29121010000000000000?» ok"},
		{"CREDIT_CARD_TRACK_NUMBER", "swipe «;4111111111111111=29121010000000000000?» ok"},
	} {
		text, start, end := unmark(c.text)
		got := f.Find(text, nil)
		if len(got) != 1 || got[0].Type != c.kind || got[0].Start != start || got[0].End != end {
			t.Errorf("%s in %q: found %+v, want %d to %d", c.kind, text, got, start, end)
		}
	}
}
