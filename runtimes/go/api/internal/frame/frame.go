// Package frame is how the server and a function's program talk: frames over one socket, each the id of a call
// and a list of fields.
//
// On the wire a frame is its length, then the id, then each field after its own length. Numbers have four
// bytes, the lowest first. What the fields mean is said where they are written.
package frame

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// Version of what is said in frames. A program says it in its first frame, in every version.
const Version = "1"

const (
	word = 4
	// longest is more than any request or answer may have.
	longest = 1 << 30
)

// Read takes the next frame. The fields are the caller's own.
func Read(from *bufio.Reader) (id uint32, fields [][]byte, err error) {
	var head [2 * word]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return 0, nil, err
	}
	length := int(binary.LittleEndian.Uint32(head[:])) - word
	id = binary.LittleEndian.Uint32(head[word:])
	if length < 0 || length > longest {
		return 0, nil, errors.New("a frame of no possible length")
	}
	rest := make([]byte, length)
	if _, err := io.ReadFull(from, rest); err != nil {
		return 0, nil, err
	}
	for len(rest) > 0 {
		if len(rest) < word {
			return 0, nil, errors.New("a frame that ends within a field")
		}
		size := int(binary.LittleEndian.Uint32(rest))
		if rest = rest[word:]; size > len(rest) {
			return 0, nil, errors.New("a field that is longer than its frame")
		}
		fields = append(fields, rest[:size:size])
		rest = rest[size:]
	}
	return id, fields, nil
}
