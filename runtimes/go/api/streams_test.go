package openruntimes

import (
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"

	"openruntimes/internal/frame"
)

func TestACallThatEndsItsGoroutineLeavesTheStreamToTheNext(t *testing.T) {
	near, far := net.Pipe()
	go attend(frame.NewStream(far), func(request *Request, response *Response) error {
		if string(request.Payload) == `"end"` {
			runtime.Goexit()
		}
		response.JSON(request.Payload)
		return nil
	})
	stream := frame.NewStream(near)
	for _, call := range []struct{ payload, outcome string }{{`"end"`, "silent"}, {`"stay"`, "answered"}} {
		if err := stream.Send([]byte(call.payload), []byte("0")); err != nil {
			t.Fatal(err)
		}
		fields, err := stream.Receive()
		if err != nil || string(fields[0]) != call.outcome {
			t.Errorf("%s: %s, %v", call.payload, fields, err)
		}
	}
}

func TestASocketIsHandedOver(t *testing.T) {
	control, call := pair(t), pair(t)
	server := open(control[1], "server")
	defer server.Close()
	if err := syscall.Sendmsg(control[0], []byte{0}, syscall.UnixRights(call[1]), nil, 0); err != nil {
		t.Fatal(err)
	}
	stream, err := receive(server)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	near := frame.NewStream(os.NewFile(uintptr(call[0]), "call"))
	defer near.Close()
	if err := near.Send([]byte("over there")); err != nil {
		t.Fatal(err)
	}
	if fields, err := stream.Receive(); err != nil || string(fields[0]) != "over there" {
		t.Errorf("%s, %v", fields, err)
	}
	syscall.Close(control[0])
	if _, err := receive(server); err == nil {
		t.Error("the server's end was not noticed")
	}
}

func pair(t *testing.T) [2]int {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}
