package openruntimes

import "sync/atomic"

// mostIdle is how many goroutines wait for a call at most; more than that end when their call has.
const mostIdle = 64

// call is one call of the function, as it came.
type call struct {
	id     uint32
	fields [][]byte
}

// staff are goroutines that do one call after another. A new goroutine begins with a small stack, and a handler
// that does no more than read and write JSON makes it grow several times: a quarter of what the call costs.
type staff struct {
	do    func(call)
	calls chan call
	idle  atomic.Int32
}

func newStaff(do func(call)) *staff {
	return &staff{do: do, calls: make(chan call)}
}

// take gives a call to a goroutine that waits for one, or to a new one: a call never waits for another to end.
func (s *staff) take(c call) {
	select {
	case s.calls <- c:
	default:
		go s.work(c)
	}
}

// work ends early where the handler calls runtime.Goexit.
func (s *staff) work(c call) {
	for {
		s.do(c)
		if s.idle.Add(1) > mostIdle {
			s.idle.Add(-1)
			return
		}
		c = <-s.calls
		s.idle.Add(-1)
	}
}
