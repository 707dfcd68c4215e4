package metadata

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

const maxSocketTable = 32 << 20

// procUID finds the owner in the kernel's socket tables, the slow way that every Linux has. An IPv4 connection may be in
// the IPv6 table, when the client's socket can do both.
func procUID(client, local netip.AddrPort) (uint32, error) {
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		uid, found := scanSockets(io.LimitReader(f, maxSocketTable), client, local)
		_ = f.Close()
		if found {
			return uid, nil
		}
	}
	return 0, errNoSocket
}

func scanSockets(r io.Reader, client, local netip.AddrPort) (uint32, bool) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 10 || f[3] != "01" || f[9] == "0" {
			continue
		}
		from, ok1 := procAddr(f[1])
		to, ok2 := procAddr(f[2])
		if !ok1 || !ok2 || from != client || to != local {
			continue
		}
		uid, err := strconv.ParseUint(f[7], 10, 32)
		return uint32(uid), err == nil
	}
	return 0, false
}

// procAddr reads "0100007F:1F90": 32-bit words in the machine's byte order, and a port.
func procAddr(s string) (netip.AddrPort, bool) {
	words, port, _ := strings.Cut(s, ":")
	b, err := hex.DecodeString(words)
	n, perr := strconv.ParseUint(port, 16, 16)
	if err != nil || perr != nil || len(b)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	addr, ok := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(addr.Unmap(), uint16(n)), ok
}
