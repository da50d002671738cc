package server

import (
	"bytes"
	"context"
	"net"
	"sync"
	"sync/atomic"
)

// headLimit is how much of a request is kept to look at: more than net/http accepts as its headers.
const headLimit = 64 << 10

// Connection is a connection, with an eye on what comes in: net/http does not show that a request came with
// two lengths, and does not say which connections have never been used.
type Connection struct {
	net.Conn
	all   *Connections
	used  atomic.Bool
	phase atomic.Int32
	// What has come since the last request ended. A request that came in one piece with the one before it is
	// not seen.
	head []byte
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

func (c *Connection) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	if n > 0 {
		c.used.Store(true)
		if Phase(c.phase.Load()) == waiting && len(c.head) < headLimit {
			c.head = append(c.head, into[:n]...)
		}
	}
	return n, err
}

// Close may come more than once.
func (c *Connection) Close() error {
	c.all.remove(c)
	return c.Conn.Close()
}

// unsupported begins the one answer that net/http gives to bytes that are not HTTP/1.x and that blames the
// server: for a version that does not exist. No function's answer begins so, since its status line has no more words.
const (
	unsupported = "HTTP/1.1 505 HTTP Version Not Supported: "
	refusal     = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
)

func (c *Connection) Write(answer []byte) (int, error) {
	if bytes.HasPrefix(answer, []byte(unsupported)) {
		_, err := c.Conn.Write([]byte(refusal))
		return len(answer), err
	}
	return c.Conn.Write(answer)
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
	c.head = c.head[:0]
	c.phase.Store(int32(waiting))
}

// Lengths says of a request with Transfer-Encoding whether it came with Content-Length as well, and whether it
// was seen at all.
func (c *Connection) Lengths() (two, seen bool) {
	end := bytes.Index(c.head, []byte("\n\r\n"))
	if bare := bytes.Index(c.head, []byte("\n\n")); bare >= 0 && (end < 0 || bare < end) {
		end = bare
	}
	if end < 0 {
		return false, false
	}
	return bytes.Contains(bytes.ToLower(c.head[:end]), []byte("\ncontent-length:")), true
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
