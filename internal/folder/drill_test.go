package folder_test

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
)

// A drill writes below .landbridge, where the dataset's own store lets nobody.
func TestDrillHasAPlaceOfItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	scratch, err := folder.New(folder.Options{Path: dir, Prefix: ".landbridge/drill/R/"})
	if err != nil {
		t.Fatal(err)
	}
	defer scratch.Close()
	o, err := scratch.Put(t.Context(), dataset.Write{Name: "a/b", Size: 1, If: dataset.If{Absent: true}}, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := folder.New(folder.Options{Path: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	for o, err := range whole.List(t.Context(), dataset.Query{}) {
		t.Errorf("%v, %v", o, err)
	}
	if err := whole.CheckName(".landbridge/drill/R/a/b"); err == nil {
		t.Error("a name in the store's own is taken")
	}
	if err := scratch.Delete(t.Context(), o); err != nil {
		t.Error(err)
	}
}
