package setup

import (
	"regexp"
	"strings"
)

// The forms of names, as the clouds and Kubernetes document them.
var (
	setupNames      = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$`)
	workloadNames   = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	projectIDs      = regexp.MustCompile(`^([a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$`) // google.com:name is domain-scoped
	accountIDs      = regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	accountEmails   = regexp.MustCompile(`^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$`)
	identityNames   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$`)
	clusterNames    = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$`)
	namespaceNames  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	kubernetesNames = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)
	prefixes        = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
	guids           = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	roleNames       = regexp.MustCompile(`^(roles/[A-Za-z0-9_.]+|(projects|organizations)/[a-z0-9.:-]+/roles/[A-Za-z0-9_.]{3,64})$`)
	permissionNames = regexp.MustCompile(`^[a-z][A-Za-z0-9]*(\.[A-Za-z0-9-]+){2,}$`)
	scopes          = regexp.MustCompile(`(?i)^/(subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(/[\pL\pN_.()@,:-]+)*|providers/Microsoft\.Management/managementGroups/[\pL\pN_.()-]+)$`)
	// Display names of roles, or the GUID of one; names with what a shell or a filter would read are not taken.
	azureRoles     = regexp.MustCompile(`^[\pL\pN][\pL\pN _.,:/&()+-]{0,511}$`)
	resourceGroups = regexp.MustCompile(`^[\pL\pN_.()-]{0,89}[\pL\pN_()-]$`)
	azureLocations = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 -]{0,63}$`)
	issuers        = regexp.MustCompile(`^https://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~%@+=,:/-]*)?$`)
)

func matches(form *regexp.Regexp, s string) bool { return form.MatchString(s) }

func onlyDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
