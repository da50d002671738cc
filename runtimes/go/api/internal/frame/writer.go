package frame

import (
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"sync"
)

const (
	// large is a field that is sent from where it lies: a copy would cost more than a write of its own.
	large = 16 << 10
	// small is a frame that may wait for others to go with it.
	small = 4 << 10
)

// Writer sends frames, whole ones also where several goroutines send at once.
type Writer struct {
	to       io.Writer
	turn     sync.Mutex // of the one who writes to the socket
	buffer   []byte     // what is being written
	mutex    sync.Mutex // guards gathered
	gathered []byte     // frames that the next turn takes along
}

// NewWriter returns a writer to this socket.
func NewWriter(to io.Writer) *Writer {
	return &Writer{to: to}
}

// Write sends one frame. It returns when the socket has taken all of it, and keeps nothing.
func (w *Writer) Write(id uint32, fields ...[]byte) error {
	length := lengthOf(fields)
	if length > longest {
		return errors.New("what is to be sent is larger than a frame may be")
	}
	w.turn.Lock()
	defer w.turn.Unlock()
	w.buffer = appendHead(w.buffer[:0], length, id)
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

// WriteTogether sends one frame with those that other goroutines are about to send: each write wakes the other
// side. Where another goroutine does the writing it returns before that, and the other one is told of an error.
func (w *Writer) WriteTogether(id uint32, fields ...[]byte) error {
	length := lengthOf(fields)
	if length > small {
		return w.Write(id, fields...)
	}
	w.mutex.Lock()
	isFirst := len(w.gathered) == 0
	w.gathered = appendHead(w.gathered, length, id)
	for _, field := range fields {
		w.gathered = binary.LittleEndian.AppendUint32(w.gathered, uint32(len(field)))
		w.gathered = append(w.gathered, field...)
	}
	w.mutex.Unlock()
	if !isFirst {
		return nil
	}
	runtime.Gosched() // whoever is ready to send comes first
	w.turn.Lock()
	defer w.turn.Unlock()
	w.mutex.Lock()
	w.buffer, w.gathered = w.gathered, w.buffer[:0]
	w.mutex.Unlock()
	_, err := w.to.Write(w.buffer)
	return err
}

func lengthOf(fields [][]byte) int {
	length := word
	for _, field := range fields {
		length += word + len(field)
	}
	return length
}

func appendHead(to []byte, length int, id uint32) []byte {
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(to, uint32(length)), id)
}
