package server

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"sync"
)

// Code knows which program serves which code file.
type Code struct {
	mutex sync.Mutex
	known map[string]*loading
}

// loading is a program, once ready is closed; before that, callers wait for it.
type loading struct {
	ready   chan struct{}
	program *Program
	err     error
}

// NewCode returns a Code that knows nothing yet.
func NewCode() *Code {
	return &Code{known: map[string]*loading{}}
}

// Program returns the running program of a file: started once, even if its first requests come together. One
// that has ended, or could not be started, is forgotten.
func (c *Code) Program(folder, file string) (*Program, error) {
	source := path.Join(folder, file)
	c.mutex.Lock()
	known := c.known[source]
	if known == nil || known.isOver() {
		if !isTarget(source) {
			c.mutex.Unlock()
			return nil, NewError(CodeNotFound, "Code file not found.")
		}
		known = &loading{ready: make(chan struct{})}
		c.known[source] = known
		go known.load(source)
	}
	c.mutex.Unlock()
	<-known.ready
	return known.program, known.err
}

// Exists says whether there is something to start.
func (c *Code) Exists(folder, file string) bool {
	source := path.Join(folder, file)
	return isTarget(source) && isFile(executable(source))
}

func (l *loading) isOver() bool {
	select {
	case <-l.ready:
		return l.err != nil || l.program.HasEnded()
	default:
		return false
	}
}

func (l *loading) load(source string) {
	defer close(l.ready)
	if !isFile(executable(source)) {
		l.err = errors.New(source + " is not compiled, or hands no handler over: write \"func main() { " +
			"openruntimes.Serve(handler) }\" in it and make the package with build.sh.")
	} else {
		l.program, l.err = start(source, executable(source))
	}
	if l.err != nil {
		fmt.Fprintln(os.Stderr, l.err)
		l.err = NewError(LoadFailed, l.err.Error())
	}
}

// isTarget: build.sh makes a program of a main.go, and every other file belongs to one of those.
func isTarget(source string) bool {
	return path.Base(source) == "main.go" && isFile(source)
}

// executable is what build.sh leaves beside a main.go.
func executable(source string) string {
	return strings.TrimSuffix(source, ".go") + ".bin"
}

func isFile(name string) bool {
	information, err := os.Stat(name)
	return err == nil && information.Mode().IsRegular()
}
