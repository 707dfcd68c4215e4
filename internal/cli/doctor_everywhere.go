package cli

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

// unbridged prints the pods that started without the bridge that their account has.
func (d *deps) unbridged(cmd *cobra.Command) error {
	s, err := d.openSetup()
	if err != nil {
		return err
	}
	found, failed := s.Unbridged(cmd.Context())
	if d.out.json {
		if err := d.out.encode(found); err != nil {
			return err
		}
	} else {
		for _, p := range found {
			_ = d.out.line("%s %s  %s/%s", colour(d.out.outColours, red, "!"), p.Cluster, p.Namespace, p.Pod)
			_ = d.out.line("    %s", p.Reason)
			_ = d.out.line("    mend it: %s", p.Command)
		}
		if failed == nil {
			_ = d.out.line("%s without a bridge", counted(len(found), "running pod"))
		}
	}
	if failed == nil && len(found) > 0 {
		return ended{7}
	}
	return failed
}

// keyless prints the long-lived secrets that lie about, and the way out of each.
func (d *deps) keyless(cmd *cobra.Command, dirs []string) error {
	if len(dirs) == 0 {
		dirs = []string{"."}
	}
	o := app.KeylessOptions{}
	for _, dir := range dirs {
		if info, err := os.Stat(d.path(dir)); err != nil || !info.IsDir() {
			return &bridge.Error{Kind: bridge.Usage, Code: "folder_unreadable", Text: "--dir " + dir + " is not a folder that can be read", Hint: "name a folder"}
		}
		o.Dirs = append(o.Dirs, app.KeylessDir{Name: dir, Path: d.path(dir)})
	}
	if d.sandbox && d.configPath != "" || !d.sandbox {
		cfg, problems, err := d.loadConfig()
		if err != nil {
			return err
		}
		if len(problems.Mistakes()) == 0 && cfg.Setup != nil {
			if o.Setup, err = d.openSetup(); err != nil {
				return err
			}
		}
	}
	found := d.app().Keyless(cmd.Context(), o)
	if d.out.json {
		if err := d.out.encode(found); err != nil {
			return err
		}
	} else {
		d.printKeys(&found)
	}
	if len(found.Keys) > 0 {
		return ended{7}
	}
	return nil
}

func (d *deps) printKeys(found *app.Keyless) {
	for i := range found.Keys {
		k := &found.Keys[i]
		head := fmt.Sprintf("%s  %s", k.Kind, k.Where)
		if k.Identity != "" {
			head += "  " + k.Identity
		}
		if k.Age > 0 {
			head += fmt.Sprintf("  (%d days old)", int(k.Age/(24*time.Hour)))
		}
		_ = d.out.line("%s %s", colour(d.out.outColours, red, "!"), head)
		if len(k.UsedBy) > 0 {
			_ = d.out.line("    used by %s", strings.Join(k.UsedBy, ", "))
		}
		for n, m := range k.Migration {
			_ = d.out.line("    %d. %s", n+1, m.Text)
			if m.Command != "" {
				_ = d.out.line("       %s", m.Command)
			}
			for line := range strings.Lines(m.YAML) {
				_ = d.out.line("       %s", strings.TrimRight(line, "\n"))
			}
		}
	}
	for _, s := range found.Skipped {
		_ = d.out.line("? %s was not looked at: %s", s.Where, s.Why)
	}
	_ = d.out.line("%s in %d places; %s without a secret", counted(len(found.Keys), "long-lived secret"), found.Looked, counted(found.Fine, "credential file"))
}
