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
	"sync"
)

// Version of what is said in frames. A program says it in its first frame, in every version.
const Version = "1"

const (
	word = 4
	// longest is more than any request or answer may have.
	longest = 1 << 30
	// large is a field that is sent from where it lies: a copy would cost more than a write of its own.
	large = 16 << 10
)

// Writer sends frames, whole ones also where several goroutines send at once.
type Writer struct {
	mutex  sync.Mutex
	to     io.Writer
	buffer []byte
}

// NewWriter returns a writer to this socket.
func NewWriter(to io.Writer) *Writer {
	return &Writer{to: to}
}

// Write sends one frame. It returns when the socket has taken all of it, and keeps nothing.
func (w *Writer) Write(id uint32, fields ...[]byte) error {
	length := word
	for _, field := range fields {
		length += word + len(field)
	}
	if length > longest {
		return errors.New("what is to be sent is larger than a frame may be")
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.buffer = binary.LittleEndian.AppendUint32(w.buffer[:0], uint32(length))
	w.buffer = binary.LittleEndian.AppendUint32(w.buffer, id)
	for _, field := range fields {
		w.buffer = binary.LittleEndian.AppendUint32(w.buffer, uint32(len(field)))
		if len(field) < large {
			w.buffer = append(w.buffer, field...)
			continue
		}
		if _, err := w.to.Write(w.buffer); err != nil {
			return err
		}
		w.buffer = w.buffer[:0]
		if _, err := w.to.Write(field); err != nil {
			return err
		}
	}
	_, err := w.to.Write(w.buffer)
	return err
}

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
