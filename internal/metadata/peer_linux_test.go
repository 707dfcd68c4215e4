package metadata

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestKernelKnowsWhoIsBehindAConnection(t *testing.T) {
	t.Parallel()
	for _, bind := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		l, err := net.Listen("tcp", bind)
		if err != nil {
			t.Logf("%s: %v", bind, err) // a machine without IPv6
			continue
		}
		dial := l.Addr().String()
		if bind == ":0" {
			_, port, _ := net.SplitHostPort(dial)
			dial = "127.0.0.1:" + port
		}
		client, err := net.Dial("tcp", dial)
		if err != nil {
			t.Fatal(err)
		}
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		want := uint32(os.Getuid())
		if uid, err := socketUID(server.RemoteAddr(), server.LocalAddr()); err != nil || uid != want {
			t.Errorf("%s: user %d, error %v", bind, uid, err)
		}
		from, to := address(server.RemoteAddr()), address(server.LocalAddr())
		if uid, err := procUID(from, to); err != nil || uid != want {
			t.Errorf("%s: by /proc: user %d, error %v", bind, uid, err)
		}
		_ = client.Close()
		if uid, err := socketUID(server.RemoteAddr(), server.LocalAddr()); err == nil {
			t.Errorf("%s: a socket that is closed belongs to user %d", bind, uid)
		}
		_ = server.Close()
		_ = l.Close()
	}
}

func TestClosingSocketsHaveNoOwner(t *testing.T) {
	t.Parallel()
	answer := make([]byte, diagAnswerSize)
	host := binary.NativeEndian
	host.PutUint16(answer[4:], unix.SOCK_DIAG_BY_FAMILY)
	msg := answer[unix.SizeofNlMsghdr:]
	msg[1] = established
	host.PutUint32(msg[64:], 1000)
	if uid, err := diagAnswer(answer); err == nil {
		t.Errorf("without an inode: user %d", uid)
	}
	host.PutUint32(msg[68:], 7)
	if uid, err := diagAnswer(answer); err != nil || uid != 1000 {
		t.Errorf("user %d, error %v", uid, err)
	}
	msg[1] = 6 // TIME_WAIT
	if uid, err := diagAnswer(answer); err == nil {
		t.Errorf("in TIME_WAIT: user %d", uid)
	}
	for n := range answer {
		if _, err := diagAnswer(answer[:n]); err == nil {
			t.Errorf("%d bytes were enough", n)
		}
	}
}

func TestSocketTable(t *testing.T) {
	t.Parallel()
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the table below is a little-endian machine's")
	}
	table := "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" +
		"   0: 0100007F:C350 0100007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 0 1\n" +
		"   1: 0000000000000000FFFF00000100007F:C350 0000000000000000FFFF00000100007F:1F90 01 0:0 0:0 0  1000        0 4711 1\n"
	client, local := netip.MustParseAddrPort("127.0.0.1:50000"), netip.MustParseAddrPort("127.0.0.1:8080")
	if uid, ok := scanSockets(strings.NewReader(table), client, local); !ok || uid != 1000 {
		t.Errorf("user %d, found %v", uid, ok)
	}
	if _, ok := scanSockets(strings.NewReader(table), local, client); ok {
		t.Error("the wrong end was found")
	}
}
