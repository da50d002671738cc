package openruntimes

import (
	"errors"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"

	"openruntimes/internal/frame"
)

const (
	// socket is the descriptor on which the server talks to this program.
	socket = 3
	// exported is what build.sh looks for in a program: it is in there if main reaches Serve.
	exported = "open-runtimes: this program hands a handler to openruntimes.Serve"
	// processors at most: the container's 128 processes count threads, and hosts may have many cores.
	processors = 8
)

// Whatever the function starts, also before Serve, must not hold the socket.
func init() {
	syscall.CloseOnExec(socket)
}

// Serve answers the calls that come from the server, until the server ends. It does not return. A program that is
// started by hand has no server: call the handler from a test, by Invoke.
func Serve[H Handler](handler H) {
	kind, err := syscall.GetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_TYPE)
	if err != nil || kind != syscall.SOCK_STREAM {
		say(exported + ", and is started by a runtime: make a package with build.sh, or call the handler from a test.")
		os.Exit(2)
	}
	limit()
	server := open(socket, "server")
	if err := frame.NewStream(server).Send([]byte(frame.Version)); err != nil {
		os.Exit(0)
	}
	callable := fallible(handler)
	for {
		stream, err := receive(server)
		if err == io.EOF {
			os.Exit(0) // the server has ended
		}
		if err != nil {
			say("A call cannot be taken: " + err.Error() + ".")
			os.Exit(1) // the server starts this program anew
		}
		go attend(stream, callable)
	}
}

// attend does the calls that come on one stream, one after another. A stream keeps its goroutine: a new one begins
// with a small stack, which a handler that does no more than read and write JSON makes grow several times.
func attend(stream *frame.Stream, handler func(*Request, *Response) error) {
	isOver := false
	defer func() {
		if !isOver {
			go attend(stream, handler) // the handler has called runtime.Goexit
		}
	}()
	for {
		fields, err := stream.Receive()
		if err != nil {
			isOver = true
			stream.Close()
			return
		}
		serve(handler, fields, func(fields ...[]byte) {
			if err := stream.Send(fields...); err != nil && !errors.Is(err, syscall.EPIPE) {
				say("The answer cannot be sent: " + err.Error())
				os.Exit(1) // in the middle of a frame, and nothing after it would be understood
			}
		})
	}
}

// limit keeps a program that may use what it likes within its container.
func limit() {
	if os.Getenv("GOMAXPROCS") == "" && runtime.GOMAXPROCS(0) > processors {
		runtime.GOMAXPROCS(processors)
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	for _, name := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		if most, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
			debug.SetMemoryLimit(most / 2) // the server and the files in /tmp need some of it too
		}
		return
	}
}

// serve does one call. A request is the payload, the number of variables, then names and values in turn: first
// the variables of env, then the headers.
func serve(handler func(*Request, *Response) error, fields [][]byte, reply func(...[]byte)) {
	variables, _ := strconv.Atoi(string(fields[1]))
	env, headers := fields[2:2+2*variables], fields[2+2*variables:]
	request := &Request{Payload: fields[0], Env: object(env), Headers: object(headers)}
	run(handler, request, func(answer *Answer, err error) { reply(outcome(answer, err)...) })
}

func object(pairs [][]byte) map[string]string {
	object := make(map[string]string, len(pairs)/2)
	for ; len(pairs) > 0; pairs = pairs[2:] {
		object[string(pairs[0])] = string(pairs[1])
	}
	return object
}

// outcome is how a call ended, by its first field: an answer with its status, body, names and values of headers
// in turn; a failure with its message and stack; or one of two words.
func outcome(answer *Answer, err error) [][]byte {
	var failure *Failure
	switch {
	case errors.As(err, &failure):
		return [][]byte{[]byte("failed"), []byte(failure.Message), []byte(failure.Stack)}
	case err == ErrInvalidResponse:
		return [][]byte{[]byte("invalid")}
	case err != nil:
		return [][]byte{[]byte("silent")}
	}
	fields := [][]byte{[]byte("answered"), strconv.AppendInt(nil, int64(answer.Status), 10), answer.Body}
	for _, header := range answer.headers {
		fields = append(fields, []byte(header.name), []byte(header.value))
	}
	return fields
}
