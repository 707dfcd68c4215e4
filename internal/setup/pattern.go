package setup

import (
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// The forms of names, as the clouds and Kubernetes document them.
var (
	setupNames      = bridge.FormOf(`^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$`)
	workloadNames   = bridge.FormOf(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	projectIDs      = bridge.FormOf(`^([a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$`) // google.com:name is domain-scoped
	accountIDs      = bridge.FormOf(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	accountEmails   = bridge.FormOf(`^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$`)
	identityNames   = bridge.FormOf(`^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$`)
	clusterNames    = bridge.FormOf(`^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$`)
	namespaceNames  = bridge.FormOf(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	kubernetesNames = bridge.FormOf(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)
	prefixes        = bridge.FormOf(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
	roleNames       = bridge.FormOf(`^(roles/[A-Za-z0-9_.]+|(projects|organizations)/[a-z0-9.:-]+/roles/[A-Za-z0-9_.]{3,64})$`)
	permissionNames = bridge.FormOf(`^[a-z][A-Za-z0-9]*(\.[A-Za-z0-9-]+){2,}$`)
	scopes          = bridge.FormOf(`(?i)^/(subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(/[\pL\pN_.()@,:-]+)*|providers/Microsoft\.Management/managementGroups/[\pL\pN_.()-]+)$`)
	// Display names of roles, or the GUID of one; names with what a shell or a filter would read are not taken.
	azureRoles     = bridge.FormOf(`^[\pL\pN][\pL\pN _.,:/&()+-]{0,511}$`)
	resourceGroups = bridge.FormOf(`^[\pL\pN_.()-]{0,89}[\pL\pN_()-]$`)
	azureLocations = bridge.FormOf(`^[A-Za-z0-9][A-Za-z0-9 -]{0,63}$`)
	issuers        = bridge.FormOf(`^https://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~%@+=,:/-]*)?$`)
)

func matches(f bridge.Form, s string) bool { return f().MatchString(s) }

func onlyDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
