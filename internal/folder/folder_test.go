package folder_test

import (
	"context"
	"testing"

	"github.com/landbridge/landbridge/internal/backup/conform"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
)

func open(t *testing.T, dir, prefix string) *folder.Folder {
	t.Helper()
	f, err := folder.New(folder.Options{Path: dir, Prefix: prefix, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "some/where/"} {
		dir := t.TempDir()
		target := conform.Target{
			Writer: open(t, dir, prefix),
			Reopen: func(context.Context) (dataset.Writer, error) {
				return folder.New(folder.Options{Path: dir, Prefix: prefix})
			},
		}
		for _, c := range conform.Cases() {
			t.Run(prefix+c.Name, func(t *testing.T) {
				t.Parallel()
				r := target.Check(t.Context(), c)
				if r.Err != nil {
					t.Error(r.Err)
				}
				if r.Skipped != "" {
					t.Log("not held against this store: " + r.Skipped)
				}
			})
		}
	}
}
