// Package frame is how the server and a function's program talk: in frames over sockets, each a list of fields.
//
// On the wire a frame is its length, then each field after its own length. Numbers have four bytes, the lowest
// first. What the fields mean is said in the code that writes them.
package frame

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// Version of what is said in frames. A program says it in its first frame, in every version.
const Version = "2"

const (
	word = 4
	// longest is more than any request or answer may have.
	longest = 1 << 30
	// large is a field that is sent without a copy, which would cost more than a write of its own.
	large = 16 << 10
)

// Stream is one side's end of a socket that carries frames. One goroutine at a time may use it.
type Stream struct {
	socket io.ReadWriteCloser
	from   *bufio.Reader
	buffer []byte
}

// NewStream returns the stream of this socket.
func NewStream(socket io.ReadWriteCloser) *Stream {
	return &Stream{socket: socket, from: bufio.NewReader(socket)}
}

// Close closes the socket.
func (s *Stream) Close() error {
	return s.socket.Close()
}

// Send sends one frame. It returns when the socket has taken all of it, and keeps nothing.
func (s *Stream) Send(fields ...[]byte) error {
	length := 0
	for _, field := range fields {
		length += word + len(field)
	}
	if length > longest {
		return errors.New("what is to be sent is larger than a frame may be")
	}
	buffer := binary.LittleEndian.AppendUint32(s.buffer[:0], uint32(length))
	for _, field := range fields {
		buffer = binary.LittleEndian.AppendUint32(buffer, uint32(len(field)))
		if len(field) < large {
			buffer = append(buffer, field...)
			continue
		}
		if _, err := s.socket.Write(buffer); err != nil {
			return err
		}
		buffer = buffer[:0]
		if _, err := s.socket.Write(field); err != nil {
			return err
		}
	}
	if s.buffer = buffer; cap(buffer) > 2*large {
		s.buffer = nil // one long frame is not a reason to keep memory for others
	}
	_, err := s.socket.Write(buffer)
	return err
}

// Receive waits for the next frame. The fields are the caller's own. The error is io.EOF if the other side has
// closed its end and no frame is cut short.
func (s *Stream) Receive() ([][]byte, error) {
	var head [word]byte
	if _, err := io.ReadFull(s.from, head[:]); err != nil {
		return nil, err
	}
	length := binary.LittleEndian.Uint32(head[:])
	if length > longest {
		return nil, errors.New("a frame of no possible length")
	}
	rest := make([]byte, length)
	if _, err := io.ReadFull(s.from, rest); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	var fields [][]byte
	for len(rest) > 0 {
		if len(rest) < word {
			return nil, errors.New("a frame that ends within a field")
		}
		size := int(binary.LittleEndian.Uint32(rest))
		if rest = rest[word:]; size > len(rest) {
			return nil, errors.New("a field that is longer than its frame")
		}
		fields = append(fields, rest[:size:size])
		rest = rest[size:]
	}
	return fields, nil
}
