package inventory

import (
	"strings"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
)

// index finds items by what they protect.
type index struct {
	ids    map[string]int   // by folded id
	source map[string][]int // by store, account and share
}

func indexOf(items []protect.Item) index {
	x := index{ids: map[string]int{}, source: map[string][]int{}}
	for n, i := range items {
		x.ids[protect.Fold(i.ID)] = n
		account := protect.Part(i.Source, "storageAccounts")
		key := ""
		switch i.Workload {
		case protect.Blobs, protect.DataLake:
			key = sourceKey(dataset.Blob, account, "")
		case protect.FileShare:
			key = sourceKey(dataset.Files, account, i.Name)
		default:
			continue
		}
		x.source[key] = append(x.source[key], n)
	}
	return x
}

// find returns the items that protect a dataset: the one that it names, else those of its account or share.
func (x index) find(d Dataset) []int {
	if d.Item != "" {
		if n, ok := x.ids[protect.Fold(d.Item)]; ok {
			return []int{n}
		}
		return nil
	}
	switch d.Source.Store {
	case dataset.Blob:
		return x.source[sourceKey(dataset.Blob, d.Source.Account, "")]
	case dataset.Files:
		return x.source[sourceKey(dataset.Files, d.Source.Account, d.Source.Name)]
	}
	return nil
}

func sourceKey(s dataset.Store, account, share string) string {
	return strings.ToLower(string(s) + "/" + account + "/" + share)
}

// environmentOf is the first environment that matches the resource group of what is protected, that of the vault, or a tag of the item
// or of the vault.
func environmentOf(all []Environment, i protect.Item, v protect.Vault) string {
	groups := []string{protect.Part(i.Source, "resourceGroups"), protect.Part(i.ID, "resourceGroups")}
	for _, e := range all {
		for _, pattern := range e.Groups {
			for _, g := range groups {
				if g != "" && glob(strings.ToLower(pattern), strings.ToLower(g)) {
					return e.Name
				}
			}
		}
		for _, tag := range e.Tags {
			key, value, _ := strings.Cut(tag, "=")
			if tagged(i.Tags, key, value) || tagged(v.Tags, key, value) {
				return e.Name
			}
		}
	}
	return ""
}

// tagged looks a tag up. Azure does not mind the case of a tag's name, and does that of its value.
func tagged(tags map[string]string, key, value string) bool {
	for k, v := range tags {
		if strings.EqualFold(k, key) && v == value {
			return true
		}
	}
	return false
}

// glob compares with a pattern in which a star stands for any characters.
func glob(pattern, text string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, head)
	for ok && rest != "" {
		if glob(rest, text) {
			return true
		}
		if text == "" {
			return false
		}
		text = text[1:]
	}
	return ok
}
