package structure

import (
	"bufio"
	"errors"
	"io"

	"github.com/landbridge/landbridge/internal/checksum"
)

// tfrecord reads every record and its two masked CRC32C (tensorflow.org/tutorials/load_data/tfrecord, TFRecords format details): a file of
// this format proves itself.
func tfrecord(f *file) error {
	in := bufio.NewReaderSize(f.stream(), 1<<20)
	var head [12]byte
	buf := make([]byte, 64<<10)
	for at, n := int64(0), 0; ; n++ {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return ended(err, n, at, f.size)
		}
		length := u64(head[:])
		if masked(checksum.Update(0, head[:8])) != u32(head[8:]) {
			return bad("record %d, at byte %d, has a length with a wrong checksum", n, at)
		}
		if length > uint64(f.size-at) {
			return bad("record %d, at byte %d, would have %d bytes, of %d in the file", n, at, length, f.size)
		}
		var sum uint32
		for left := int64(length); left > 0; {
			piece := buf[:min(left, int64(len(buf)))]
			if _, err := io.ReadFull(in, piece); err != nil {
				return cut(err, n, at)
			}
			sum = checksum.Update(sum, piece)
			left -= int64(len(piece))
		}
		if _, err := io.ReadFull(in, head[:4]); err != nil {
			return cut(err, n, at)
		}
		if masked(sum) != u32(head[:4]) {
			return bad("record %d, at byte %d, has a wrong checksum", n, at)
		}
		at += 16 + int64(length)
	}
}

// masked is how TensorFlow writes a CRC32C.
func masked(crc uint32) uint32 { return (crc>>15 | crc<<17) + 0xa282ead8 }

func ended(err error, n int, at, size int64) error {
	if errors.Is(err, io.EOF) && at == size {
		return nil
	}
	return cut(err, n, at)
}

func cut(err error, n int, at int64) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return bad("record %d, at byte %d, is cut off", n, at)
	}
	return err
}
