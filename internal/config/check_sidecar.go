package config

import (
	"math/big"
	"strings"
)

// checkSidecar looks at what a Kubernetes API server would refuse each pod for, long after this configuration was written.
func (l *loader) checkSidecar(w *WebhookDoor) {
	const at = "doors.webhook.sidecar."
	s := &w.Sidecar
	if w.Image == "" {
		for _, key := range []string{"pull_policy", "host_network", "cpu_request", "memory_request", "memory_limit"} {
			if l.written(at + key) {
				l.mistake(at+key, "is not used: without doors.webhook.image there is no sidecar", "add the image, or remove it")
			}
		}
		return
	}
	if s.HostNetwork {
		l.warn(at+"host_network", "whoever is on a node's network gets tokens of the pods there", "remove it: the mode credentials works on that network")
	}
	l.quantity(at+"cpu_request", s.CPURequest, "5m")
	request, limit := l.quantity(at+"memory_request", s.MemoryRequest, "32Mi"), l.quantity(at+"memory_limit", s.MemoryLimit, "128Mi")
	if request != nil && limit != nil && request.Cmp(limit) > 0 {
		l.mistake(at+"memory_limit", s.MemoryLimit+" is less than memory_request, "+s.MemoryRequest, "make it as large, or larger")
	}
}

// quantity reads an amount as Kubernetes writes it; nil when it is none, which is then reported.
func (l *loader) quantity(path, text, example string) *big.Rat {
	number, unit := text, ""
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }); i >= 0 {
		number, unit = text[:i], text[i:]
	}
	amount, ok := new(big.Rat).SetString(number)
	factor := unitOf(unit)
	if !ok || factor == nil || amount.Sign() <= 0 {
		l.mistake(path, quote(text)+" is not an amount", "write a number with a unit of Kubernetes, such as "+example)
		return nil
	}
	return amount.Mul(amount, factor)
}

// unitOf is what a suffix of an amount multiplies by; nil when there is no such suffix.
func unitOf(suffix string) *big.Rat {
	units := map[string]int64{
		"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50,
	}
	if n, ok := units[suffix]; ok {
		return new(big.Rat).SetInt64(n)
	}
	if suffix == "m" {
		return big.NewRat(1, 1000)
	}
	return nil
}
