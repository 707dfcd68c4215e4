package blob

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc64"
	"io"
	"sync"

	"github.com/landbridge/landbridge/internal/checksum"
)

// crcTable is CRC-64/NVME, which Azure computes of every body that it is sent.
var crcTable = sync.OnceValue(func() *crc64.Table { return crc64.MakeTable(0x9A6C9329AC4BC9B5) })

// sums64 writes a CRC64 as headers have it: base64 of eight bytes, little-endian.
func sums64(sum uint64) string {
	return base64.StdEncoding.EncodeToString(binary.LittleEndian.AppendUint64(nil, sum))
}

// summing computes both sums of a body while it is sent, and ends with an error in place of io.EOF when it is not the body that was
// promised: the service then has an unfinished request, and keeps nothing of it.
type summing struct {
	in    io.Reader
	left  int64
	want  checksum.CRC
	crc   uint32
	crc64 uint64
	fail  func(got checksum.CRC) error // of another CRC32C
	err   error                        // why the body ended early
}

func (s *summing) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > s.left {
		p = p[:s.left]
	}
	n, err := s.in.Read(p)
	s.left -= int64(n)
	s.crc = checksum.Update(s.crc, p[:n])
	s.crc64 = crc64.Update(s.crc64, crcTable(), p[:n])
	switch got := checksum.Of(s.crc); {
	case s.left == 0 && !s.want.Agree(got):
		s.err = s.fail(got)
		return 0, s.err // the last bytes are held back
	case s.left == 0:
		return n, nil
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	s.err = err
	return n, err
}
