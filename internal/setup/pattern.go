package setup

import (
	"regexp"
	"strings"
	"sync"
)

// The forms of names, as the clouds and Kubernetes document them.
var (
	setupNames      = formOf(`^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$`)
	workloadNames   = formOf(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	projectIDs      = formOf(`^([a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$`) // google.com:name is domain-scoped
	accountIDs      = formOf(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	accountEmails   = formOf(`^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$`)
	identityNames   = formOf(`^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$`)
	clusterNames    = formOf(`^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$`)
	namespaceNames  = formOf(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	kubernetesNames = formOf(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)
	prefixes        = formOf(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
	roleNames       = formOf(`^(roles/[A-Za-z0-9_.]+|(projects|organizations)/[a-z0-9.:-]+/roles/[A-Za-z0-9_.]{3,64})$`)
	permissionNames = formOf(`^[a-z][A-Za-z0-9]*(\.[A-Za-z0-9-]+){2,}$`)
	scopes          = formOf(`(?i)^/(subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(/[\pL\pN_.()@,:-]+)*|providers/Microsoft\.Management/managementGroups/[\pL\pN_.()-]+)$`)
	// Display names of roles, or the GUID of one; names with what a shell or a filter would read are not taken.
	azureRoles     = formOf(`^[\pL\pN][\pL\pN _.,:/&()+-]{0,511}$`)
	resourceGroups = formOf(`^[\pL\pN_.()-]{0,89}[\pL\pN_()-]$`)
	azureLocations = formOf(`^[A-Za-z0-9][A-Za-z0-9 -]{0,63}$`)
	issuers        = formOf(`^https://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~%@+=,:/-]*)?$`)
)

// form is an expression that is compiled when it is first asked: most commands never look at a set-up.
type form func() *regexp.Regexp

func formOf(expression string) form {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

func matches(f form, s string) bool { return f().MatchString(s) }

func onlyDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
