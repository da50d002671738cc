package openruntimes

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

func TestNoCallWaitsForAnother(t *testing.T) {
	const many = 2 * mostIdle
	var inside sync.WaitGroup
	var ended sync.WaitGroup
	staff := newStaff(func(call) {
		defer ended.Done()
		inside.Done()
		inside.Wait()
	})
	before := runtime.NumGoroutine()
	for range 3 {
		inside.Add(many)
		ended.Add(many)
		for id := range uint32(many) {
			staff.take(call{id: id})
		}
		ended.Wait()
	}
	for end := time.Now().Add(time.Second); runtime.NumGoroutine() > before+mostIdle; {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines were left", runtime.NumGoroutine()-before)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestACallThatEndsItsGoroutineLeavesRoomForTheNext(t *testing.T) {
	ended := make(chan struct{})
	staff := newStaff(func(call) {
		defer func() { ended <- struct{}{} }()
		runtime.Goexit()
	})
	for id := range uint32(3 * mostIdle) {
		staff.take(call{id: id})
		<-ended
	}
	if idle := staff.idle.Load(); idle != 0 {
		t.Errorf("%d goroutines are counted that are none", idle)
	}
}
