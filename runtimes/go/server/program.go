package server

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"openruntimes/internal/frame"
)

// Program is the process of a function. It has the standard streams and one end of a socket, on descriptor 3,
// and nothing else of the server's: not the key, and none of the connections.
type Program struct {
	source  string
	command *exec.Cmd
	socket  net.Conn
	to      *frame.Writer
	mutex   sync.Mutex
	last    uint32
	calls   map[uint32]chan<- ended // nil once the process has ended
	how     string                  // it ended
}

// errEnded is what a call comes to whose function takes its process with it.
var errEnded = NewError(FunctionError, "The function ended its process.")

// ended is how a call ended: by the fields of a frame, or with the process.
type ended struct {
	fields [][]byte
	err    error
}

// start starts a program and waits until it says that it serves.
func start(source, file string) (*Program, error) {
	socket, theirs, err := socketPair()
	if err != nil {
		return nil, fmt.Errorf("%s cannot be reached: %w", source, err)
	}
	defer theirs.Close()
	command := exec.Command(file)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.ExtraFiles = []*os.File{theirs}
	// A group of its own: an interrupt from a terminal is for the server, which lets calls end.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		socket.Close()
		return nil, fmt.Errorf("%s cannot be started: %w", source, err)
	}
	theirs.Close()
	program := &Program{source: source, command: command, socket: socket, to: frame.NewWriter(socket)}
	program.calls = map[uint32]chan<- ended{}
	from := bufio.NewReaderSize(socket, 64<<10)
	_, fields, err := frame.Read(from)
	if err != nil {
		program.end()
		return nil, fmt.Errorf("%s: its program ended before it served: %s.", source, program.how)
	}
	if len(fields) != 1 || string(fields[0]) != frame.Version {
		program.end()
		return nil, fmt.Errorf("%s was built for another runtime: make the package with this image's build.sh.", source)
	}
	go program.listen(from)
	return program, nil
}

// socketPair returns both ends: the server's, on which waiting holds no thread, and the program's.
func socketPair() (net.Conn, *os.File, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "program"), os.NewFile(uintptr(pair[1]), "server")
	defer ours.Close() // FileConn makes a copy
	socket, err := net.FileConn(ours)
	if err != nil {
		theirs.Close()
	}
	return socket, theirs, err
}

// HasEnded says whether the process has ended.
func (p *Program) HasEnded() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.calls == nil
}

// Call runs the handler to its end. Whoever called it may have gone by then.
func (p *Program) Call(invocation *Invocation) (*Answer, error) {
	outcome := make(chan ended, 1)
	p.mutex.Lock()
	if p.calls == nil {
		p.mutex.Unlock()
		return nil, errEnded
	}
	p.last++
	id := p.last
	p.calls[id] = outcome
	p.mutex.Unlock()
	if err := p.to.WriteTogether(id, invocation.input...); err != nil {
		p.socket.Close() // listen finds out, and ends all calls
	}
	result := <-outcome
	if result.err != nil {
		return nil, result.err
	}
	return answerOf(result.fields)
}

// listen hands each outcome to whoever waits for it, until the process ends.
func (p *Program) listen(from *bufio.Reader) {
	for {
		id, fields, err := frame.Read(from)
		if err != nil || len(fields) == 0 {
			break
		}
		p.mutex.Lock()
		outcome := p.calls[id]
		delete(p.calls, id)
		p.mutex.Unlock()
		if outcome != nil {
			outcome <- ended{fields: fields}
		}
	}
	p.end()
	fmt.Fprintf(os.Stderr, "%s: the function's program ended: %s. The next request starts it anew.\n", p.source, p.how)
}

// end ends the process where it has not ended by itself, and all its calls with it.
func (p *Program) end() {
	p.socket.Close()
	_ = p.command.Process.Kill()
	var exit *exec.ExitError
	if p.how = "exit status 0"; errors.As(p.command.Wait(), &exit) {
		p.how = exit.String()
	}
	p.mutex.Lock()
	calls := p.calls
	p.calls = nil
	p.mutex.Unlock()
	for _, outcome := range calls {
		outcome <- ended{err: errEnded}
	}
}
