package azure

import "slices"

// DetectManaged finds the managed-identity endpoint of this machine, as Detect does, and looks at nothing else. The settings
// name no kind.
func DetectManaged(d Deps, s Settings) (Choice, error) {
	d, err := d.whole()
	if err != nil {
		return Choice{}, err
	}
	if s.Kind != "" && s.Kind != Auto {
		return Choice{}, usage("setting_unused", "a kind is named where the machine decides", "leave it out")
	}
	managed := []mark{markOfServiceFabric(d), markOfAppService(d), markOfArc(d), markOfIMDS(d, s)}
	if i := slices.IndexFunc(managed, func(m mark) bool { return m.fits }); i >= 0 {
		return choose(d, s, managed[i].kind, managed[i].reason, nil)
	}
	return choose(d, s, IMDS, "nothing else was found", nil)
}
