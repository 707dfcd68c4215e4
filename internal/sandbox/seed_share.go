package sandbox

import (
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/filesapi"
	"github.com/landbridge/landbridge/internal/sandbox/vaultapi"
)

// seedShare gives the demo account the share that its vault protects: a classifier of six days ago, in a snapshot of the vault's last
// backup, and one that was trained since.
func seedShare(shares *filesapi.Store, last time.Time) error {
	old := last.Add(-6 * 24 * time.Hour)
	for _, e := range []filesapi.Seed{
		{Path: "classifier/weights.bin", Data: []byte("weights of the classifier\n"), At: old},
		{Path: "classifier-labels.txt", Data: []byte("ham\nspam\n"), At: old},
		{Path: "readme.txt", Data: []byte("what the models are\n"), At: old},
		{At: last},
		{Path: "classifier/weights.bin", Data: []byte("weights of the classifier, trained again\n"), At: last.Add(time.Hour)},
	} {
		e.Account, e.Share = storageName, vaultapi.SceneShare
		if err := shares.Apply(e); err != nil {
			return err
		}
	}
	return nil
}
