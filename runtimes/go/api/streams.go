package openruntimes

import (
	"errors"
	"io"
	"os"
	"syscall"

	"openruntimes/internal/frame"
)

// open makes a file of a socket, on which waiting holds no thread.
func open(descriptor int, name string) *os.File {
	syscall.SetNonblock(descriptor, true)
	return os.NewFile(uintptr(descriptor), name)
}

// receive waits until the server hands over the next stream: the end of a socket, beside one byte. The error is io.EOF
// if the server has ended.
func receive(server *os.File) (*frame.Stream, error) {
	waiting, err := server.SyscallConn()
	if err != nil {
		return nil, err
	}
	var data [1]byte
	beside := make([]byte, syscall.CmsgSpace(4))
	var count, length int
	var failed error
	err = waiting.Read(func(descriptor uintptr) bool {
		for failed = syscall.EINTR; failed == syscall.EINTR; {
			count, length, _, _, failed = syscall.Recvmsg(int(descriptor), data[:], beside, syscall.MSG_CMSG_CLOEXEC)
		}
		return failed != syscall.EAGAIN
	})
	if err = errors.Join(err, failed); err != nil {
		return nil, err
	}
	if count == 0 {
		return nil, io.EOF
	}
	messages, err := syscall.ParseSocketControlMessage(beside[:length])
	if err != nil || len(messages) != 1 {
		return nil, errors.Join(err, errors.New("no socket came, as where no descriptors are left"))
	}
	descriptors, err := syscall.ParseUnixRights(&messages[0])
	if err != nil {
		return nil, err
	}
	return frame.NewStream(open(descriptors[0], "call")), nil
}
