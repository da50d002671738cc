package server

import (
	"testing"

	"openruntimes/internal/frame"
)

// socket counts how often it is closed.
type socket struct{ closed int }

func (s *socket) Read([]byte) (int, error)        { return 0, nil }
func (s *socket) Write(bytes []byte) (int, error) { return len(bytes), nil }
func (s *socket) Close() error                    { s.closed++; return nil }

func TestWhatNoCallNeedsIsClosed(t *testing.T) {
	var sockets [3]socket
	kept := &streams{looking: true} // so that no timer looks
	for i := range sockets {
		kept.add(frame.NewStream(&sockets[i]))
	}
	kept.look() // all three are new
	kept.add(kept.take())
	kept.look()
	if sockets[0].closed != 1 || sockets[1].closed != 1 || sockets[2].closed != 0 {
		t.Fatalf("closed: %v, and the last alone was used", sockets)
	}
	kept.add(kept.take())
	kept.close()
	kept.add(frame.NewStream(&sockets[0]))
	if sockets[2].closed != 1 || sockets[0].closed != 2 || kept.take() != nil {
		t.Errorf("closed: %v after the end of the program", sockets)
	}
}
