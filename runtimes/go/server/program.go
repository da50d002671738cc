package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"

	"openruntimes/internal/frame"
)

// Program is the process of a function. It has the standard streams and one end of a socket, on descriptor 3, over
// which it is handed the ends of others: a call has one to itself. It has nothing else of the server's: not the key,
// and none of the connections.
type Program struct {
	source  string
	command *exec.Cmd
	socket  *net.UnixConn
	idle    streams
	ended   chan struct{} // closed once the process has ended
	how     string        // it ended
}

// errEnded is the outcome of a call whose function ends its process.
var errEnded = NewError(FunctionError, "The function ended its process.")

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
	program := &Program{source: source, command: command, socket: socket, ended: make(chan struct{})}
	fields, err := frame.NewStream(socket).Receive()
	if err != nil {
		program.end()
		return nil, fmt.Errorf("%s: its program ended before it served: %s.", source, program.how)
	}
	if len(fields) != 1 || string(fields[0]) != frame.Version {
		program.end()
		return nil, fmt.Errorf("%s was built for another runtime: make the package with this image's build.sh.", source)
	}
	go program.watch()
	return program, nil
}

// socketPair returns both ends: the server's, on which waiting holds no thread, and the program's.
func socketPair() (*net.UnixConn, *os.File, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "program"), os.NewFile(uintptr(pair[1]), "server")
	defer ours.Close() // FileConn makes a copy
	socket, err := net.FileConn(ours)
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return socket.(*net.UnixConn), theirs, nil
}

// HasEnded says whether the process has ended.
func (p *Program) HasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// Call runs the handler to its end. The client may have gone by then.
func (p *Program) Call(invocation *Invocation) (*Answer, error) {
	stream, err := p.take()
	if err != nil {
		return nil, err
	}
	var fields [][]byte
	if err = stream.Send(invocation.input...); err == nil {
		fields, err = stream.Receive()
	}
	if err != nil || len(fields) == 0 {
		stream.Close()
		p.socket.Close() // watch finds out, and ends the process if it has not ended by itself
		<-p.ended
		return nil, errEnded
	}
	p.idle.add(stream)
	return answerOf(fields)
}

// take returns a stream that no other call has: an idle one, or one whose other end the program is handed now.
func (p *Program) take() (*frame.Stream, error) {
	if stream := p.idle.take(); stream != nil {
		return stream, nil
	}
	socket, theirs, err := socketPair()
	if err != nil {
		return nil, NewError(FunctionError, "The function cannot be reached: "+err.Error()+".")
	}
	defer theirs.Close()
	// If this fails, the program has ended, and the call finds its stream at an end.
	_, _, _ = p.socket.WriteMsgUnix([]byte{0}, syscall.UnixRights(int(theirs.Fd())), nil)
	return frame.NewStream(socket), nil
}

// watch waits until the process ends: it says nothing more on its first socket.
func (p *Program) watch() {
	_, _ = p.socket.Read(make([]byte, 1))
	p.end()
	fmt.Fprintf(os.Stderr, "%s: the function's program ended: %s. The next request starts it anew.\n", p.source, p.how)
}

// end ends the process if it has not ended by itself. Calls under way find their streams at an end.
func (p *Program) end() {
	p.socket.Close()
	_ = p.command.Process.Kill()
	var exit *exec.ExitError
	if p.how = "exit status 0"; errors.As(p.command.Wait(), &exit) {
		p.how = exit.String()
	}
	close(p.ended)
	p.idle.close()
}
