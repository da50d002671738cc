package server

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// piece is what is read at once.
const piece = 4 << 10

// Connection is a connection, with an eye on what comes in: net/http takes more than one dialect of HTTP, and does not
// say which connections have never been used.
type Connection struct {
	net.Conn
	all     *Connections
	used    atomic.Bool
	refused atomic.Bool
	phase   atomic.Int32
	framing framing
	// What has come: from given to passed it may be read, behind that more has to come first.
	bytes         []byte
	given, passed int
}

// Phase is how far a request has come.
type Phase int32

// The phases. While a request is Running, its connection is worth waiting for.
const (
	waiting Phase = iota
	Reading
	Running
	Sending
)

type connectionKey struct{}

// ConnectionOf is the connection of a request.
func ConnectionOf(ctx context.Context) *Connection {
	connection, _ := ctx.Value(connectionKey{}).(*Connection)
	return connection
}

// WithConnection lets requests find their connection.
func WithConnection(ctx context.Context, connection net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, connection)
}

// Read is called by one at a time.
func (c *Connection) Read(into []byte) (int, error) {
	for c.given == c.passed {
		if c.refused.Load() {
			return 0, io.EOF // nothing behind what is refused is read
		}
		c.bytes = c.bytes[:copy(c.bytes, c.bytes[c.passed:])]
		c.given, c.passed = 0, 0
		if rest := c.framing.rest(); rest > 0 && len(c.bytes) == 0 {
			n, err := c.Conn.Read(into[:min(int64(len(into)), rest)])
			c.framing.pass(n)
			return n, err
		}
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(into, c.bytes[c.given:c.passed])
	c.given += n
	return n, nil
}

// fill reads some more, and looks at it.
func (c *Connection) fill() error {
	held := len(c.bytes)
	if cap(c.bytes)-held < piece/2 {
		c.bytes = append(make([]byte, 0, max(piece, 2*held+piece)), c.bytes...)
	}
	n, err := c.Conn.Read(c.bytes[held:cap(c.bytes)])
	if n == 0 {
		return err
	}
	c.used.Store(true)
	passed, size, sound := c.framing.scan(c.bytes[:held+n])
	c.bytes, c.passed = c.bytes[:size], passed
	if !sound {
		c.refused.Store(true)
		c.bytes = append(c.bytes[:passed], poison...)
		c.passed = len(c.bytes)
	}
	return nil
}

// IsRefused says whether the client has sent what could be read in two ways.
func (c *Connection) IsRefused() bool {
	return c.refused.Load()
}

// Close may come more than once.
func (c *Connection) Close() error {
	c.all.remove(c)
	return c.Conn.Close()
}

// CloseWrite lets net/http end its half first, so that the client still reads the answer.
func (c *Connection) CloseWrite() error {
	if half, can := c.Conn.(interface{ CloseWrite() error }); can {
		return half.CloseWrite()
	}
	return nil
}

// Enter is told how far the request on this connection has come.
func (c *Connection) Enter(phase Phase) {
	c.phase.Store(int32(phase))
}

// Leave is told that the answer is written: what comes now is the next request.
func (c *Connection) Leave() {
	c.phase.Store(int32(waiting))
}

// Connections are all that are open.
type Connections struct {
	net.Listener
	mutex sync.Mutex
	open  map[*Connection]struct{}
}

// NewConnections returns a listener that knows its connections.
func NewConnections(listener net.Listener) *Connections {
	return &Connections{Listener: listener, open: map[*Connection]struct{}{}}
}

// Accept waits for the next connection.
func (a *Connections) Accept() (net.Conn, error) {
	accepted, err := a.Listener.Accept()
	if err != nil {
		return nil, err
	}
	connection := &Connection{Conn: accepted, all: a}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.open[connection] = struct{}{}
	return connection, nil
}

func (a *Connections) remove(connection *Connection) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	delete(a.open, connection)
}

// CloseUnused closes connections that have sent nothing yet: they are new, and nothing new comes in.
func (a *Connections) CloseUnused() {
	a.closeWhere(func(c *Connection) bool { return !c.used.Load() })
}

// CloseIdle closes all but those whose function runs.
func (a *Connections) CloseIdle() {
	a.closeWhere(func(c *Connection) bool { return Phase(c.phase.Load()) != Running })
}

func (a *Connections) closeWhere(isOver func(*Connection) bool) {
	a.mutex.Lock()
	var over []*Connection
	for connection := range a.open {
		if isOver(connection) {
			over = append(over, connection)
		}
	}
	a.mutex.Unlock()
	for _, connection := range over {
		connection.Close()
	}
}
