package sandbox

import (
	"net/http"
	"time"
)

// ageSecret lets time pass for one secret: every version of it was made so much earlier.
func (a *admin) ageSecret(r *http.Request) (any, error) {
	req, err := body[struct {
		By string `json:"by"`
	}](r)
	if err != nil {
		return nil, err
	}
	by, err := time.ParseDuration(req.By)
	if err != nil || by <= 0 {
		return nil, badAdmin(`"by" is not a duration such as "48h"`)
	}
	return nil, a.keys.vaults.AgeSecret(r.PathValue("vault"), r.PathValue("secret"), by)
}
