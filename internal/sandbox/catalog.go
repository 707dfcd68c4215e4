package sandbox

import (
	"errors"

	"github.com/landbridge/landbridge/internal/sandbox/catalogapi"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// What Vertex AI has in the default world: a dataset and a model whose bytes are in the project's bucket.
const (
	reportsURI = "gs://" + bucketName + "/" + container + "/"
	fraudURI   = "gs://" + bucketName + "/fraud/" // where the commands on datasets copy to, by the sandbox's own file
)

// catalog mounts Vertex AI's datasets, models and metadata, and the Data Lineage API. A world that somebody made has none in them.
func catalog(google *googleapi.API, w *world.World, ours bool) error {
	a := catalogapi.New(google, w)
	if !ours {
		return nil
	}
	labels := map[string]string{"team": "crossings"}
	_, dataset := a.AddDataset(catalogapi.Seed{Project: projectID, Location: location, Title: "crossing-reports", URI: reportsURI + blob, Labels: labels})
	_, model := a.AddModel(catalogapi.Seed{Project: projectID, Location: location, Title: "report-summarizer", URI: reportsURI + "model/", Labels: labels})
	_, trained := a.AddModel(catalogapi.Seed{Project: projectID, Location: location, Title: "fraud-scorer", URI: fraudURI + "models/", Labels: map[string]string{"team": "risk"}})
	return errors.Join(dataset, model, trained)
}
