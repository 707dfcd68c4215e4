package sandbox

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/vaultapi"
)

// trainingContainer holds what a model was trained on, and the model: a dataset that is worth a backup.
const trainingContainer = "training"

// seedTraining gives the demo account a dataset with a past: all of it is six days old, one part was corrected two days ago.
func seedTraining(blobs *blobapi.Store, now time.Time) error {
	for _, o := range trainingObjects("") {
		at := now.Add(-6 * 24 * time.Hour)
		if err := blobs.Apply(blobapi.Seed{Account: storageName, Container: trainingContainer, Blob: o.Name, Data: o.Content, At: at}); err != nil {
			return err
		}
	}
	return blobs.Apply(blobapi.Seed{
		Account: storageName, Container: trainingContainer, Blob: correctedPart, Data: trainingPart(3, "corrected"), At: now.Add(-2 * 24 * time.Hour),
	})
}

const correctedPart = "features/part-0003.csv"

// trainingObjects are eight parts of features and the weights that were made of them, the same in every sandbox.
func trainingObjects(version string) []vaultapi.Object {
	var out []vaultapi.Object
	for n := range 8 {
		out = append(out, vaultapi.Object{Name: fmt.Sprintf("features/part-%04d.csv", n), Content: trainingPart(n, version)})
	}
	return append(out, vaultapi.Object{Name: "models/fraud.safetensors", Content: trainingWeights()})
}

func trainingPart(n int, version string) []byte {
	random := rand.New(rand.NewPCG(uint64(n), uint64(len(version)))) //nolint:gosec // made-up features, the same each time
	var b strings.Builder
	b.WriteString("transaction,amount,country,fraud\n")
	for row := range 1500 {
		fmt.Fprintf(&b, "%d-%06d,%d.%02d,%s,%d\n", n, row, random.IntN(2000), random.IntN(100), []string{"NL", "DE", "FR", "US", "IN"}[random.IntN(5)], random.IntN(50)/49)
	}
	return []byte(b.String())
}

// trainingWeights is a file of safetensors with one tensor of 512 x 1024 float32.
func trainingWeights() []byte {
	const values = 512 * 1024
	header := fmt.Sprintf(`{"layer.weight":{"dtype":"F32","shape":[512,1024],"data_offsets":[0,%d]}}`, values*4)
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	out = append(out, header...)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // made-up weights, the same each time
	for range values / 2 {
		out = binary.LittleEndian.AppendUint64(out, random.Uint64())
	}
	return out
}
