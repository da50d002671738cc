package server

import (
	"sync"
	"time"

	"openruntimes/internal/frame"
)

// spareTime is how long a stream is kept that no call needs.
const spareTime = 5 * time.Second

// streams are those of one program that no call has.
type streams struct {
	mutex   sync.Mutex
	idle    []*frame.Stream // the one that was used last comes last
	spare   int             // how many of the first no call has needed since the last look
	looking bool            // whether there will be another look
	closed  bool
}

// take returns the stream that was used last, or nil if there is none.
func (s *streams) take() *frame.Stream {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	last := len(s.idle) - 1
	if last < 0 {
		return nil
	}
	stream := s.idle[last]
	s.idle = s.idle[:last]
	s.spare = min(s.spare, last)
	return stream
}

// add keeps a stream for calls to come.
func (s *streams) add(stream *frame.Stream) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.closed {
		stream.Close()
		return
	}
	s.idle = append(s.idle, stream)
	s.lookLater()
}

// lookLater has the streams closed that no call needs.
func (s *streams) lookLater() {
	if !s.looking && len(s.idle) > 0 {
		s.looking = true
		time.AfterFunc(spareTime, s.look)
	}
}

func (s *streams) look() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, stream := range s.idle[:s.spare] {
		stream.Close()
	}
	s.idle = append([]*frame.Stream(nil), s.idle[s.spare:]...)
	s.spare = len(s.idle)
	s.looking = false
	s.lookLater()
}

// close closes all that are there, and those that come.
func (s *streams) close() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.closed = true
	for _, stream := range s.idle {
		stream.Close()
	}
	s.idle, s.spare = nil, 0
}
