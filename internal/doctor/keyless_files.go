package doctor

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// The bounds of one search through folders.
const (
	maxSecretFile = 1 << 20  // of most files
	maxStateFile  = 16 << 20 // of Terraform's states
	maxFiles      = 100_000
	maxDepth      = 16
	maxSkipped    = 100
)

// leftOut are folders that hold other people's code, or are none.
var leftOut = []string{".git", ".hg", "node_modules", "vendor", "__pycache__", "proc", "sys", "dev"}

// extensions that are looked into; a file without one is, too.
var extensions = []string{
	"", ".json", ".p12", ".pfx", ".pem", ".key", ".env", ".tfvars", ".tfstate", ".backup", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf",
	".properties", ".sh", ".ps1", ".txt", ".config", ".credentials", ".local", ".production", ".secret",
}

// folder looks through one root, within bounds.
func (k *keyFinder) folder(root Root) {
	var lonely []string                    // private keys that say nothing of whom they serve
	clients := map[string]bool{}           // folders with a client id
	created := map[string]time.Time{}      // of lonely keys
	files, full := 0, errors.New("bounds") // ends the walk
	err := fs.WalkDir(root.FS, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case k.ctx.Err() != nil:
			return k.ctx.Err()
		case err != nil:
			k.unread(path.Join(root.Name, name), err.Error())
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			if name != "." && (slices.Contains(leftOut, d.Name()) || strings.Count(name, "/") >= maxDepth) {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular() || !interesting(d.Name()):
			return nil
		}
		if files++; files > maxFiles {
			k.skip(root.Name, "more than 100000 files: the rest was not looked at")
			return full
		}
		v, info := k.file(root, name, d)
		for i := range v.keys {
			if v.keys[i].Kind == GoogleKey && strings.EqualFold(path.Ext(name), ".pfx") {
				v.keys[i].Kind = AzureCert
			}
		}
		k.take(path.Join(root.Name, name), v, info, nil)
		if v.lonely {
			lonely = append(lonely, name)
			created[name] = info
		}
		clients[path.Dir(name)] = clients[path.Dir(name)] || v.client
		return nil
	})
	if err != nil && !errors.Is(err, full) {
		k.skip(root.Name, err.Error())
	}
	for _, name := range lonely {
		if clients[path.Dir(name)] {
			k.take(path.Join(root.Name, name), verdict{keys: []Key{{Kind: PrivateKeyFile}}}, created[name], nil)
		}
	}
}

func (k *keyFinder) unread(where, why string) {
	if len(k.out.Skipped) < maxSkipped {
		k.skip(where, why)
	}
}

// file reads one file within its bound. The time is when it was last written: as near as one gets to the key's age.
func (k *keyFinder) file(root Root, name string, d fs.DirEntry) (verdict, time.Time) {
	limit := int64(maxSecretFile)
	if strings.Contains(d.Name(), ".tfstate") {
		limit = maxStateFile
	}
	info, err := d.Info()
	if err != nil {
		k.unread(path.Join(root.Name, name), err.Error())
		return verdict{}, time.Time{}
	}
	if info.Size() > limit {
		if limit == maxStateFile {
			k.unread(path.Join(root.Name, name), "larger than 16 MiB")
		}
		return verdict{}, time.Time{}
	}
	f, err := root.FS.Open(name)
	if err != nil {
		k.unread(path.Join(root.Name, name), err.Error())
		return verdict{}, time.Time{}
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		k.unread(path.Join(root.Name, name), err.Error())
		return verdict{}, time.Time{}
	}
	k.out.Looked++
	return judge(d.Name(), data), info.ModTime()
}

func interesting(name string) bool {
	return strings.HasPrefix(name, ".env") || slices.Contains(extensions, strings.ToLower(path.Ext(name)))
}
