package google

// fake are the deviations of fake-gcs-server 1.56.1 from the service.
func fake() map[string]string {
	return map[string]string{
		"a wrong sum after chunks": "a checksum in the last request is ignored",
		"read preconditions":       "they are ignored",
		"delete preconditions":     "they are ignored",
		"compose preconditions":    "they are ignored",
		"copy":                     "preconditions of the source are ignored",
		"compose":                  "a composite has an MD5 and no count of components",
		"metadata":                 "a patch does not raise the metageneration",
		"soft delete":              "there is none",
		"selected fields":          "fields is ignored",
	}
}
