package find

import "sync"

// maker is how the tokens of one maker begin, and how long they are at least and at most, the beginning included.
type maker struct {
	prefix    string
	low, high int
	kind      kind
}

// makerBook holds the makers by the first byte of their tokens, and the three bytes that any of them begins with.
type makerBook struct {
	byFirst [256][]maker
	begins  trigrams
}

// theMakers come from the makers' own pages, and from GitHub's list of what its secret scanning knows.
// https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
var theMakers = sync.OnceValue(func() *makerBook {
	var book makerBook
	for _, m := range []maker{
		{"AKIA", 20, 20, awsCredentials},
		{"ASIA", 20, 20, awsCredentials},
		{"ABIA", 20, 20, awsCredentials},
		{"ACCA", 20, 20, awsCredentials},
		{"AIza", 39, 39, gcpAPIKey},
		{"ya29.", 30, 2048, gcpCredentials},
		{"GOCSPX-", 28, 40, gcpCredentials},
		{"1//0", 40, 200, gcpCredentials},
		{"ghp_", 40, 255, authToken},
		{"gho_", 40, 255, authToken},
		{"ghu_", 40, 255, authToken},
		{"ghs_", 40, 255, authToken},
		{"ghr_", 40, 255, authToken},
		{"github_pat_", 60, 255, authToken},
		{"glpat-", 26, 255, authToken},
		{"gldt-", 25, 255, authToken},
		{"glrt-", 25, 255, authToken},
		{"glptt-", 26, 255, authToken},
		{"glcbt-", 26, 255, authToken},
		{"glsoat-", 27, 255, authToken},
		{"glft-", 25, 255, authToken},
		{"glagent-", 28, 255, authToken},
		{"xoxb-", 24, 255, authToken},
		{"xoxp-", 24, 255, authToken},
		{"xoxa-", 24, 255, authToken},
		{"xoxr-", 24, 255, authToken},
		{"xoxs-", 24, 255, authToken},
		{"xoxe-", 24, 255, authToken},
		{"xoxe.", 24, 255, authToken},
		{"xapp-", 24, 255, authToken},
		{"sk_live_", 24, 255, authToken},
		{"sk_test_", 24, 255, authToken},
		{"rk_live_", 24, 255, authToken},
		{"rk_test_", 24, 255, authToken},
		{"whsec_", 30, 255, authToken},
		{"sk-ant-", 40, 255, authToken},
		{"sk-proj-", 40, 255, authToken},
		{"sk-svcacct-", 40, 255, authToken},
		{"sk-or-", 40, 255, authToken},
		{"sk-", 35, 255, authToken},
		{"npm_", 40, 40, authToken},
		{"pypi-", 60, 512, authToken},
		{"rubygems_", 57, 57, authToken},
		{"dckr_pat_", 30, 64, authToken},
		{"hf_", 34, 40, authToken},
		{"gsk_", 40, 64, authToken},
		{"r8_", 36, 42, authToken},
		{"xai-", 60, 100, authToken},
		{"pplx-", 45, 64, authToken},
		{"SG.", 60, 80, authToken},
		{"dop_v1_", 71, 71, authToken},
		{"doo_v1_", 71, 71, authToken},
		{"shpat_", 38, 38, authToken},
		{"shpss_", 38, 38, authToken},
		{"shpca_", 38, 38, authToken},
		{"shppa_", 38, 38, authToken},
		{"sq0atp-", 29, 64, authToken},
		{"sq0csp-", 40, 64, authToken},
		{"EAAA", 60, 64, authToken},
		{"hvs.", 28, 255, authToken},
		{"hvb.", 28, 255, authToken},
		{"glsa_", 40, 64, authToken},
		{"glc_", 40, 255, authToken},
		{"lin_api_", 44, 64, authToken},
		{"ntn_", 44, 64, authToken},
		{"figd_", 40, 64, authToken},
		{"sntrys_", 60, 512, authToken},
		{"sntryu_", 60, 128, authToken},
		{"PMAK-", 60, 70, authToken},
		{"dapi", 36, 38, authToken},
		{"pat-na1-", 40, 64, authToken},
		{"lsv2_pt_", 45, 64, authToken},
		{"AGE-SECRET-KEY-1", 70, 80, authToken},
		{"NRAK-", 30, 40, authToken},
		{"ops_ey", 200, 2048, authToken},
		{"tfp_", 40, 64, authToken},
		{"atlasv1.", 60, 100, authToken},
		{"nvapi-", 60, 80, authToken},
		{"key-", 36, 36, authToken},
	} {
		book.byFirst[m.prefix[0]] = append(book.byFirst[m.prefix[0]], m)
		book.begins.add(m.prefix)
	}
	book.begins.add("eyJ") // a JSON Web Token
	return &book
})
