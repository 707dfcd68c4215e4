package kube

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/memo"
)

// manager is the name under which set-up owns fields (server-side apply).
const manager = "landbridge-setup"

// Keeper reads and changes what set-up has in clusters. What it creates bears the label estate.MarkKey; what was there
// before and carries its fields bears estate.JoinKey. Both hold the name of the set-up.
type Keeper struct {
	clusters *Clusters
	lists    memo.Answers[map[string]*unstructured.Unstructured] // by cluster, resource and namespace; objects by name
	spaces   memo.Answers[*unstructured.Unstructured]            // by cluster and name
	issuers  memo.Answers[estate.Live]                           // by cluster
}

var _ estate.Keeper = (*Keeper)(nil)

// NewKeeper returns the keeper of the Kubernetes side.
func NewKeeper(c *Clusters) *Keeper { return &Keeper{clusters: c} }

// Read implements estate.Keeper. Accounts and settings are read by the list of their namespace, once for all of them.
func (k *Keeper) Read(ctx context.Context, want estate.Spec) (estate.Live, error) {
	if issuer, ok := want.(*estate.Issuer); ok {
		return k.readIssuer(ctx, issuer)
	}
	p, err := partOf(want)
	if err != nil {
		return estate.Live{}, err
	}
	object, err := k.object(ctx, p)
	if err != nil || object == nil {
		return estate.Live{}, err
	}
	return p.live(object), nil
}

// object is the cached object of a part; nil when there is none.
func (k *Keeper) object(ctx context.Context, p part) (*unstructured.Unstructured, error) {
	client := k.clusters.Client(p.reach)
	if p.resource == namespaces {
		return k.spaces.Ask(ctx, p.key(), func(ctx context.Context) (*unstructured.Unstructured, error) {
			return client.get(ctx, namespaces, "", p.name)
		})
	}
	list, err := k.lists.Ask(ctx, p.key(), func(ctx context.Context) (map[string]*unstructured.Unstructured, error) {
		out := map[string]*unstructured.Unstructured{}
		err := client.each(ctx, p.resource, p.namespace, "", func(o *unstructured.Unstructured) { out[o.GetName()] = o })
		return out, err
	})
	return list[p.name], err
}

// changed forgets what a write or a removal has made untrue.
func (k *Keeper) changed(p part) {
	k.spaces.Drop(p.key())
	k.lists.Drop(p.key())
}

// Forget implements estate.Keeper.
func (k *Keeper) Forget() {
	k.lists.Forget()
	k.spaces.Forget()
	k.issuers.Forget()
}

// Write implements estate.Keeper.
func (k *Keeper) Write(ctx context.Context, setup string, want estate.Spec, _ estate.Live) (estate.Live, error) {
	if issuer, ok := want.(*estate.Issuer); ok { // nothing that set-up could change
		return k.readIssuer(ctx, issuer)
	}
	p, err := partOf(want)
	if err != nil {
		return estate.Live{}, err
	}
	defer k.changed(p)
	object, err := k.clusters.Client(p.reach).write(ctx, setup, p)
	if err != nil {
		return estate.Live{}, err
	}
	return p.live(object), nil
}

// Remove implements estate.Keeper: what set-up created is deleted; on what was there before, its fields are dropped.
func (k *Keeper) Remove(ctx context.Context, now estate.Spec) error {
	if _, ok := now.(*estate.Issuer); ok {
		return nil
	}
	p, err := partOf(now)
	if err != nil {
		return err
	}
	defer k.changed(p)
	client := k.clusters.Client(p.reach)
	object, err := client.get(ctx, p.resource, p.namespace, p.name)
	if err != nil || object == nil {
		return err
	}
	if p.created(object) != "" {
		return client.remove(ctx, p.resource, object)
	}
	empty := p.resource.object(p.namespace, p.name)
	empty.SetUID(object.GetUID()) // one that is gone meanwhile must not be made anew
	object, err = client.apply(ctx, p.resource, empty, manager)
	if err == nil {
		p.want = nil
		_, err = client.tidied(ctx, p, object, estate.JoinKey, estate.LabelSettings)
	}
	if notFound(err) {
		return nil
	}
	return err
}

// write makes a part as it shall be and returns the object then.
func (c *Client) write(ctx context.Context, setup string, p part) (*unstructured.Unstructured, error) {
	object, err := c.get(ctx, p.resource, p.namespace, p.name)
	if err == nil && object == nil {
		object, err = c.found(ctx, setup, p)
	}
	if err != nil {
		return nil, err
	}
	labels, err := c.marks(setup, p, object)
	if err != nil {
		return nil, err
	}
	next := p.resource.object(p.namespace, p.name)
	next.SetUID(object.GetUID())
	next.SetLabels(labels)
	if err := p.put(next); err != nil {
		return nil, err
	}
	out, err := c.applyOurs(ctx, p.resource, next)
	if err != nil {
		return nil, err
	}
	if out, err = c.tidied(ctx, p, out); err != nil {
		return nil, err
	}
	return out, c.left(p, out)
}

// found makes an object that is not there. It is created with its mark and nothing else, in a call that fails when somebody
// was faster: so that what bears the mark is set-up's own, whenever a run is cut short.
func (c *Client) found(ctx context.Context, setup string, p part) (*unstructured.Unstructured, error) {
	if p.resource == namespaces {
		out := &bridge.Error{Hop: bridge.HopHome, Status: 404}
		c.namespaceNotFound(out, p.name)
		return nil, out
	}
	fresh := p.resource.object(p.namespace, p.name)
	fresh.SetLabels(map[string]string{estate.MarkKey: setup})
	object, err := c.create(ctx, p.resource, fresh, manager)
	if !alreadyExists(err) {
		return object, err
	}
	object, err = c.get(ctx, p.resource, p.namespace, p.name)
	if err == nil && object == nil {
		return nil, &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: codeConflict, Retry: true,
			Text: fmt.Sprintf("%s: %s %s comes and goes", c.name(), p.resource.Resource, address(p.namespace, p.name)), Hint: "see who else makes and deletes it",
		}
	}
	return object, err
}

// marks are the labels that go with our fields. An object bears one mark, and keeps it.
func (c *Client) marks(setup string, p part, object *unstructured.Unstructured) (map[string]string, error) {
	labels := map[string]string{}
	if p.resource == settings {
		labels[estate.LabelSettings] = "enabled"
	}
	created, joined := p.created(object), object.GetLabels()[estate.JoinKey]
	switch owner := p.owner(object); {
	case owner != "" && owner != setup && p.resource != namespaces: // a namespace may be shared
		return nil, &bridge.Error{
			Kind: bridge.Refused, Hop: bridge.HopHome, Code: "owned_by_another_setup",
			Text: fmt.Sprintf("%s: %s %s belongs to the set-up %q, not to %q", c.name(), p.resource.Resource, address(p.namespace, p.name), owner, setup),
			Hint: "name another account, or let that set-up's `landbridge setup destroy` release it",
		}
	case created != "":
		labels[estate.MarkKey] = created
	case joined != "":
		labels[estate.JoinKey] = joined
	default:
		labels[estate.JoinKey] = setup
	}
	return labels, nil
}

// tidied takes out what our manager has written by other means than apply and what nobody wants any more, and these labels.
func (c *Client) tidied(ctx context.Context, p part, object *unstructured.Unstructured, labels ...string) (*unstructured.Unstructured, error) {
	names := map[string][]string{}
	field := strings.Join(p.field, ".")
	for key := range p.ours(object) {
		if _, wanted := p.want[key]; !wanted && ownersOf(object, p.field, key) == manager {
			names[field] = append(names[field], key)
		}
	}
	for _, label := range labels {
		if object.GetLabels()[label] != "" && ownersOf(object, labelField, label) == manager {
			names[strings.Join(labelField, ".")] = append(names[strings.Join(labelField, ".")], label)
		}
	}
	if len(names) == 0 {
		return object, nil
	}
	return c.drop(ctx, p.resource, object, names)
}

// left says which of our names have a value that another manager gave them and the apply could not take away.
func (c *Client) left(p part, object *unstructured.Unstructured) error {
	for key := range p.ours(object) {
		if _, wanted := p.want[key]; wanted {
			continue
		}
		owners := ownersOf(object, p.field, key)
		return &bridge.Error{
			Kind: bridge.Refused, Hop: bridge.HopHome, Code: codeFieldConflict,
			Text: fmt.Sprintf("%s: %s %s has %s %s, which belongs to the field manager %q and is not in landbridge.yaml", c.name(), p.resource.Resource, address(p.namespace, p.name), p.field[len(p.field)-1], key, owners),
			Hint: c.kubectl(fmt.Sprintf("annotate serviceaccount -n %s %s %s-", p.namespace, p.name, key)),
		}
	}
	return nil
}
