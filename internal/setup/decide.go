package setup

import (
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// decide says what becomes of one thing.
func (r *reader) decide(n *node) Step {
	s := Step{Address: n.res.Address, Side: n.res.Spec.Kind().Side(), Workloads: n.res.Workloads, Reason: n.res.Note, res: n.res, now: n.live, look: n.off != nil}
	setup, want := r.in.Spec.Name, n.want
	if n.live.Spec != nil {
		want = adopt(want, n.live)
	}
	switch {
	case n.manual != "":
		s.Action, s.Reason = Manual, n.manual
		s.Hint = "landbridge setup render --format kubernetes writes it; or add the cluster's context"
		return s
	case n.err != nil:
		_, why := parted(n.err)
		s.Action, s.Reason, s.Hint, s.err = Failed, why, bridge.HintOf(n.err), n.err
		return s
	case n.waits != "":
		s.Action, s.Reason = Failed, "depends on "+n.waits+", which could not be read"
		return s
	}
	if blocked, hint := r.blocked(n); blocked != "" {
		s.Action, s.Reason, s.Hint = Blocked, blocked, hint
		return s
	}
	s.Mine = n.live.Setup == setup
	switch {
	case n.res.ReadOnly:
		s.Action = Read
	case n.live.Deleted:
		s.Action, s.Changes = Undelete, changes(n.live.Spec, want)
	case !n.live.Exists() && n.res.Spec.Kind() == estate.KindGrants:
		s.Action, s.Changes = Keep, changes(nil, want)
		if len(s.Changes) > 0 {
			s.Action = Update
		}
	case !n.live.Exists():
		s.Action, s.Mine, s.Changes = Create, marked(n.res.Spec.Kind()), changes(nil, want)
		if n.off != nil {
			s.Reason = "its API is off, and is switched on first: what is there already is looked at then"
		}
	default:
		s.Action, s.Changes = Keep, changes(n.live.Spec, want)
		if len(s.Changes) > 0 {
			s.Action = Update
			if !s.Mine && n.live.Setup == "" {
				s.Reason = found(n.res.Spec.Kind(), s.Reason)
			}
		}
	}
	return s
}

// found says what becomes of a thing that was there before; note is what is to be said of it anyway.
func found(k estate.Kind, note string) string {
	text := "was there before: it gets these settings, and destroy leaves it"
	switch {
	case k == estate.KindNamespace, !marked(k):
		return note
	case k == estate.KindKubernetesAccount:
		text = "was there before: destroy takes these annotations off again, and leaves it"
	}
	if note != "" {
		text += "; " + note
	}
	return text
}

// marked says whether things of a kind bear the mark of who made them.
func marked(k estate.Kind) bool {
	switch k {
	case estate.KindProject, estate.KindService, estate.KindCluster, estate.KindGrants, estate.KindIssuer:
		return false
	default:
		return true
	}
}

// blocked says what a human must do before the thing can be as wanted; empty when nothing.
func (r *reader) blocked(n *node) (why, hint string) {
	setup, live := r.in.Spec.Name, n.live
	if !live.Exists() && !live.Deleted {
		return absent(n)
	}
	kind := n.res.Spec.Kind()
	if p, ok := n.want.(*estate.Project); ok {
		if told, is := r.in.Spec.Google.Number, live.Outputs["number"]; p.ID == r.in.Spec.Google.Project && told != "" && is != "" && told != is {
			return "has the number " + is + ", and the file says " + told, "write setup.google.project_number: \"" + is + "\", or leave it out"
		}
	}
	if live.Setup != "" && live.Setup != setup && !n.res.ReadOnly {
		// What two set-ups can have in common is left alone when it is as both want it.
		if shared := kind == estate.KindNamespace || kind == estate.KindRoleAssignment; !shared || len(changes(live.Spec, n.want)) > 0 {
			return "belongs to the set-up " + live.Setup, "choose another name for it in this file, or take it out of that set-up's file first"
		}
	}
	if live.Deleted && live.Setup != setup && !n.res.ReadOnly {
		return "is soft-deleted and was not made by this set-up: its id is taken", "choose another id, or undelete it by hand first, when you know whose it was"
	}
	return "", ""
}

// kubectl is the beginning of a command for a cluster. A context may have any name.
func kubectl(r estate.Reach) string {
	word := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
	if plain := strings.Trim(r.Context, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@"); plain == "" {
		word = func(s string) string { return s }
	}
	return "kubectl --context " + word(r.Context)
}

// absent is about things that set-up finds and never makes.
func absent(n *node) (why, hint string) {
	switch s := n.want.(type) {
	case *estate.Project:
		return "there is no such project, or you may not see it", "gcloud projects describe " + s.ID
	case *estate.Cluster:
		return "there is no such AKS cluster in the resource group " + s.ResourceGroup, "az aks list --subscription " + s.Subscription + " --query '[].[name,resourceGroup]' -o tsv"
	case *estate.Issuer:
		return "the cluster does not say what its issuer is", kubectl(s.Reach) + " get --raw /.well-known/openid-configuration"
	case *estate.Namespace:
		return "there is no such namespace", kubectl(s.Reach) + " create namespace " + s.Name
	case *estate.Account:
		if n.res.ReadOnly {
			return "there is no such service account, or you may not see it", "gcloud iam service-accounts describe " + s.Email()
		}
	}
	return "", ""
}

// remove is the step that takes a thing of ours away.
func (r *reader) remove(live estate.Live, why string) Step {
	s := Step{Action: Remove, Side: live.Spec.Kind().Side(), Mine: true, Reason: why, now: live}
	s.Address = ownedAddress(live.Spec, r.in.Spec.Name)
	s.res = Resource{Address: s.Address, Spec: live.Spec}
	return s
}

// ownedAddress names a thing that is there as Desire would name it.
func ownedAddress(spec estate.Spec, setup string) string {
	switch s := spec.(type) {
	case *estate.Identity:
		return address(s.Kind(), s.Name)
	case *estate.FederatedCredential:
		return address(s.Kind(), s.Identity, strings.TrimPrefix(s.Name, estate.CredentialName(setup, "")))
	case *estate.RoleAssignment:
		return address(s.Kind(), s.PrincipalID, strings.ToLower(slug(s.Role, 40))+"-"+digest(strings.ToLower(s.Role), strings.ToLower(s.Scope)))
	case *estate.Pool:
		return address(s.Kind(), s.ID)
	case *estate.Provider:
		return address(s.Kind(), s.Pool, s.ID)
	case *estate.Account:
		return address(s.Kind(), s.ID)
	case *estate.Role:
		return address(s.Kind(), s.Project, s.ID)
	case *estate.Namespace:
		return address(s.Kind(), s.Cluster, s.Name)
	case *estate.KubernetesAccount:
		return address(s.Kind(), s.Cluster, s.Namespace, s.Name)
	case *estate.KubernetesSettings:
		return address(s.Kind(), s.Cluster, s.Namespace, s.Account)
	}
	return locate(spec)
}
