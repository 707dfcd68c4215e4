package metadata

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

const peerCheck = true

var errNoSocket = errors.New("no such socket")

// socketUID returns the user that owns the client's end of a connection within this machine.
func socketUID(client, local net.Addr) (uint32, error) {
	c, l := address(client), address(local)
	if !c.IsValid() || !l.IsValid() {
		return 0, errNoSocket
	}
	uid, err := diagUID(c, l)
	if err == nil || errors.Is(err, errNoSocket) {
		return uid, err
	}
	return procUID(c, l) // a kernel without inet_diag
}

const (
	diagRequestSize = unix.SizeofNlMsghdr + 56
	diagAnswerSize  = unix.SizeofNlMsghdr + 72
	established     = 1
)

// diagUID asks the kernel for one socket by its four numbers (sock_diag(7)).
func diagUID(client, local netip.AddrPort) (uint32, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_INET_DIAG)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	patience := unix.Timeval{Sec: 1}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &patience); err != nil {
		return 0, err
	}
	if err := unix.Sendto(fd, diagRequest(client, local), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return 0, err
	}
	buf := make([]byte, 1024)
	n, from, err := unix.Recvfrom(fd, buf, 0)
	if err != nil {
		return 0, err
	}
	if kernel, ok := from.(*unix.SockaddrNetlink); !ok || kernel.Pid != 0 {
		return 0, errors.New("an answer that is not the kernel's")
	}
	return diagAnswer(buf[:n])
}

func diagRequest(client, local netip.AddrPort) []byte {
	b := make([]byte, diagRequestSize)
	host, net := binary.NativeEndian, binary.BigEndian
	host.PutUint32(b[0:], diagRequestSize)
	host.PutUint16(b[4:], unix.SOCK_DIAG_BY_FAMILY)
	host.PutUint16(b[6:], unix.NLM_F_REQUEST)
	req := b[unix.SizeofNlMsghdr:]
	req[0] = unix.AF_INET6
	if client.Addr().Is4() {
		req[0] = unix.AF_INET
	}
	req[1] = unix.IPPROTO_TCP
	host.PutUint32(req[4:], 1<<established)
	id := req[8:]
	net.PutUint16(id[0:], client.Port())
	net.PutUint16(id[2:], local.Port())
	copy(id[4:20], client.Addr().AsSlice())
	copy(id[20:36], local.Addr().AsSlice())
	host.PutUint64(id[40:], ^uint64(0)) // any cookie
	return b
}

// diagAnswer reads the owner. A socket that is closing has lost its owner and would show root's number: only an
// established one with an inode counts.
func diagAnswer(b []byte) (uint32, error) {
	host := binary.NativeEndian
	if len(b) < unix.SizeofNlMsghdr+4 {
		return 0, errors.New("a short answer")
	}
	if host.Uint16(b[4:]) == unix.NLMSG_ERROR {
		errno := syscall.Errno(-int32(host.Uint32(b[unix.SizeofNlMsghdr:])))
		// ENOENT is also what a kernel without inet_diag says: /proc then has the last word.
		return 0, errno
	}
	if host.Uint16(b[4:]) != unix.SOCK_DIAG_BY_FAMILY || len(b) < diagAnswerSize {
		return 0, errors.New("an answer to another question")
	}
	msg := b[unix.SizeofNlMsghdr:]
	if msg[1] != established || host.Uint32(msg[68:]) == 0 {
		return 0, errNoSocket
	}
	return host.Uint32(msg[64:]), nil
}
