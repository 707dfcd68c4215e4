package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

func (l *loader) checkDoors(c *Config) {
	var taken []listener
	if m := c.Doors.Metadata; m != nil {
		l.checkMetadata(c, m)
		taken = l.apart(taken, "doors.metadata", m.Listen)
	}
	if a := c.Doors.Admin; a != nil {
		if loopback := l.checkListen("doors.admin.listen", a.Listen); a.Profiling && !loopback && !l.spoiled["doors.admin.listen"] {
			l.mistake("doors.admin.profiling", "cannot work on "+quote(a.Listen)+": a profile costs time, and whoever reaches it could ask", "listen on 127.0.0.1, or remove it")
		}
		taken = l.apart(taken, "doors.admin", a.Listen)
	}
	if g := c.Doors.Gateway; g != nil {
		l.checkGateway(c, g)
		taken = l.apart(taken, "doors.gateway", g.Listen)
	}
	if w := c.Doors.Webhook; w != nil {
		l.checkWebhook(w)
		l.apart(taken, "doors.webhook", w.Listen)
	}
}

// listener is a door and where it listens.
type listener struct{ door, address string }

// apart holds a door's address against those of the doors before it.
func (l *loader) apart(taken []listener, door, address string) []listener {
	for _, other := range taken {
		if sameListener(address, other.address) {
			l.mistake(door+".listen", "is the address of "+other.door+" too", "take another port")
			break
		}
	}
	return append(taken, listener{door, address})
}

func (l *loader) checkWebhook(w *WebhookDoor) {
	const at = "doors.webhook."
	l.checkListen(at+"listen", w.Listen)
	switch {
	case w.CertFile != "" && w.KeyFile == "":
		l.mistake(at+"key_file", "is missing", "name the PEM file of the key that belongs to cert_file")
	case w.CertFile == "" && w.KeyFile != "":
		l.mistake(at+"cert_file", "is missing", "name the PEM file of the certificate that belongs to key_file")
	case w.CertFile != "":
		for _, key := range []string{"secret", "configuration"} {
			if l.written(at + key) {
				l.mistake(at+key, "is not used with cert_file", "remove it: whoever writes the certificate keeps the caBundle true")
			}
		}
	}
	l.addressAt(at+"endpoints.sts", w.Endpoints.STS, false)
	l.addressAt(at+"endpoints.iam_credentials", w.Endpoints.IAMCredentials, false)
	l.addressAt(at+"endpoints.entra", w.Endpoints.Entra, false)
	l.checkSidecar(w)
	if w.Reconcile < 0 || w.Reconcile > 0 && w.Reconcile < 10*time.Second {
		l.mistake(at+"reconcile", plainDuration(w.Reconcile)+" is too often: each time lists every pod", "write 1m or more, or 0s for never")
	}
}

// sameListener says whether two addresses cannot both be listened on.
func sameListener(a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	if errA != nil || errB != nil || portA != portB || portA == "0" {
		return false
	}
	return hostA == hostB || everyAddress(hostA) || everyAddress(hostB)
}

func everyAddress(name string) bool { return name == "" || name == "0.0.0.0" || name == "::" }

func (l *loader) checkMetadata(c *Config, m *MetadataDoor) {
	if c.ToGoogle == nil {
		l.mistake("doors.metadata", "hands out Google tokens, and to_google is absent", "add to_google with its provider")
	}
	if c.Audit == nil {
		l.warn("doors.metadata", "no audit: nothing that is handed out here is recorded", "add audit: {}")
	}
	loopback := l.checkListen("doors.metadata.listen", m.Listen)
	switch {
	case loopback || l.spoiled["doors.metadata.listen"]:
	case len(m.AllowUIDs) > 0:
		l.mistake("doors.metadata.allow_uids", "cannot work on "+quote(m.Listen)+": only on loopback does the kernel say whose connection it is", "listen on 127.0.0.1, or remove it")
	default:
		l.warn("doors.metadata.listen", "whoever reaches "+quote(m.Listen)+" gets a token of this workload", "listen on 127.0.0.1 and name allow_uids, or close the port by network policy")
		if m.AzureIMDS != "" {
			l.warn("doors.metadata.azure_imds", "whoever reaches "+quote(m.Listen)+" gets tokens of this machine's managed identities too", "remove azure_imds, or listen on 127.0.0.1")
		}
	}
	for i, uid := range m.AllowUIDs {
		if uid < 0 || int64(uid) >= 1<<32-1 {
			l.mistake(item("doors.metadata.allow_uids", i), strconv.Itoa(uid)+" is not a user id", "id -u shows yours")
		}
	}
	l.addressAt("doors.metadata.azure_imds", m.AzureIMDS, true)
	if _, err := strconv.ParseUint(m.InstanceID, 10, 64); m.InstanceID != "" && err != nil {
		l.mistake("doors.metadata.instance_id", quote(m.InstanceID)+" is not a decimal number", "write digits alone, as Google's ids are")
	}
	if m.Zone != "" {
		if _, zone := region(m.Zone); !zone {
			l.mistake("doors.metadata.zone", quote(m.Zone)+" is not a zone", "write a zone such as europe-west4-a")
		}
	}
	l.checkRegionOrZone("doors.metadata.cluster_location", m.ClusterLocation)
	for i, h := range m.Hosts {
		if h == "" || !only(h, hostLetters+":[]") {
			l.mistake(item("doors.metadata.hosts", i), quote(h)+" is not a host name", "write the name alone, without http:// and path")
		}
	}
}

func (l *loader) checkRegionOrZone(path, value string) {
	if ok, zone := region(value); value != "" && !ok && !zone {
		l.mistake(path, quote(value)+" is not a location", "write a region or a zone, such as europe-west4")
	}
}

// checkListen says whether the address is on loopback, having reported one that cannot be listened on.
func (l *loader) checkListen(path, value string) (loopback bool) {
	name, port, err := net.SplitHostPort(value)
	if err != nil {
		l.mistake(path, quote(value)+" is not IP:PORT", "write an address such as 127.0.0.1:8980")
		return false
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		l.mistake(path, quote(port)+" is not a port", "write a port from 0 to 65535")
		return false
	}
	if name == "localhost" {
		return true
	}
	if name == "" {
		return false
	}
	ip, err := netip.ParseAddr(name)
	if err != nil {
		l.mistake(path, quote(name)+" is not an IP address", "write an address of this machine, such as 127.0.0.1 or 0.0.0.0")
		return false
	}
	return ip.IsLoopback()
}

func (l *loader) checkTLS(t *TLS) {
	const path = "tls.ca_file"
	if !l.required(path, t.CAFile, "name a PEM file, or remove tls") || l.readFile == nil || l.spoiled[path] {
		return
	}
	data, err := l.readFile(t.CAFile)
	switch {
	case err != nil:
		l.warn(path, "cannot be read here: "+cause(err), "check the path, and that this user may read it")
	case strings.Contains(string(data), "PRIVATE KEY-----"):
		l.mistake(path, "the file holds a private key", "name the file of certificates alone")
	case !strings.Contains(string(data), "-----BEGIN CERTIFICATE-----"):
		l.mistake(path, "the file holds no certificate in PEM", "convert it: openssl x509 -inform DER -in FILE -out FILE.pem")
	}
}
