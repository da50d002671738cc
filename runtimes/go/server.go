// Serves the runtime contract, version 1, on net/http. It reads in the order of a request: loadConfiguration,
// authorise, parse, resolveCode, call, reply, shutDown.
//
// The functions run in programs of their own, one for each code file: see server/program.go.
package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"openruntimes/runtime/server"
)

const (
	// grace is what half a request, or an answer that nobody reads, may take to end once told to stop.
	grace = 3 * time.Second
	// idle is the silence between two requests, or inside the headers of one.
	idle = 75 * time.Second
	// Silence after which reading on ends, and the most that it may take.
	silence, limit = 2 * time.Second, 30 * time.Second
	// headers of one request; net/http reads 4 KiB more before it refuses them.
	headers = 56 << 10
	// processors at most: the container's 128 processes count threads, and hosts may have many cores.
	processors = 4
	// memory that the server holds gladly: bodies of the largest size make it collect more often.
	memory = 64 << 20
)

type configuration struct {
	maxBody    int64
	entrypoint string
	key        [sha256.Size]byte
}

// loadConfiguration says which variable is wrong, if one is.
func loadConfiguration() (*configuration, error) {
	digits := variable("INTERNAL_RUNTIME_MAX_BODY", "20971520")
	maxBody, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || maxBody == 0 || len(strings.TrimLeft(digits, "0")) > 15 {
		return nil, errors.New("INTERNAL_RUNTIME_MAX_BODY must be a positive whole number of bytes, such as 20971520.")
	}
	entrypoint := variable("INTERNAL_RUNTIME_ENTRYPOINT", "main.go")
	if !server.StaysInside(entrypoint) {
		return nil, errors.New("INTERNAL_RUNTIME_ENTRYPOINT must be a relative path without \"..\", such as main.go.")
	}
	descriptor := os.NewFile(3, "key")
	defer descriptor.Close()
	key, err := io.ReadAll(descriptor)
	if err != nil || len(key) < 2 { // a line break follows it
		return nil, errors.New("INTERNAL_RUNTIME_KEY did not arrive on descriptor 3: start the server with launch.sh.")
	}
	return &configuration{int64(maxBody), entrypoint, sha256.Sum256(key[:len(key)-1])}, nil
}

func variable(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// authorise lets in a request that carries the key exactly once. Digests are compared, so that timing
// tells nothing about the key, nor about its length.
func (s *service) authorise(request *http.Request) error {
	sent := request.Header["X-Internal-Challenge"]
	if len(sent) == 1 {
		digest := sha256.Sum256([]byte(sent[0]))
		if subtle.ConstantTimeCompare(digest[:], s.configuration.key[:]) == 1 {
			return nil
		}
	}
	return server.NewError(server.Unauthorized, "Unauthorized")
}

// admit refuses what HTTP allows and the contract does not, before the body is read.
func admit(request *http.Request) error {
	if request.Method != http.MethodPost {
		return server.NewError(server.MethodNotAllowed, "Only POST invokes the function.")
	}
	return nil
}

// parse reads the body of a request whose headers are let in.
func (s *service) parse(body []byte) (*server.Invocation, error) {
	return server.Parse(body, s.configuration.entrypoint)
}

// resolveCode finds the program of a request: started once, even if its first requests come together.
func (s *service) resolveCode(invocation *server.Invocation) (*server.Program, error) {
	return s.code.Program(invocation.Path, invocation.File)
}

// call runs the handler to its end, even if the client has gone.
func call(program *server.Program, invocation *server.Invocation) (*server.Answer, error) {
	return program.Call(invocation)
}

// reply sends an answer. One given before the whole body was read is the last of its connection.
func (s *service) reply(response http.ResponseWriter, answer *server.Answer, isLast bool) {
	header := response.Header()
	for name, values := range answer.Header {
		header[name] = values
	}
	if answer.Status != http.StatusNoContent && answer.Status != http.StatusNotModified {
		header["Content-Length"] = []string{strconv.Itoa(len(answer.Body))}
	}
	if isLast || s.stopping.Load() {
		header["Connection"] = []string{"close"}
	}
	response.WriteHeader(answer.Status)
	response.Write(answer.Body)
}

// service is what all requests share.
type service struct {
	configuration *configuration
	code          *server.Code
	stopping      atomic.Bool
	running       sync.WaitGroup
}

// ServeHTTP goes from the headers of a request to its body.
func (s *service) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	connection := server.ConnectionOf(request.Context())
	connection.Enter(server.Reading)
	defer connection.Leave()
	err := s.authorise(request)
	if err == nil {
		err = admit(request)
	}
	var body []byte
	if err == nil {
		body, err = server.ReadBody(request, s.configuration.maxBody)
	}
	if err != nil {
		s.refuse(response, request, err)
		return
	}
	s.running.Add(1)
	defer s.running.Done()
	connection.Enter(server.Running)
	answer := s.invoke(body)
	if s.stopping.Load() {
		_ = http.NewResponseController(response).SetWriteDeadline(time.Now().Add(grace))
	} else {
		connection.Enter(server.Sending)
	}
	s.reply(response, answer, request.Close)
}

// invoke goes from the body of a request to its answer.
func (s *service) invoke(body []byte) *server.Answer {
	invocation, err := s.parse(body)
	var program *server.Program
	if err == nil {
		program, err = s.resolveCode(invocation)
	}
	var answer *server.Answer
	if err == nil {
		answer, err = call(program, invocation)
	}
	if err != nil {
		return answerTo(err)
	}
	return answer
}

func answerTo(err error) *server.Answer {
	var known *server.RuntimeError
	if !errors.As(err, &known) {
		panic(err)
	}
	return known.Answer()
}

// refuse answers without waiting for the rest, and then reads on for a while: a connection closed over unread
// bytes takes the answer with it.
func (s *service) refuse(response http.ResponseWriter, request *http.Request, err error) {
	control := http.NewResponseController(response)
	_ = control.EnableFullDuplex() // or net/http would read before it answers
	s.reply(response, answerTo(err), true)
	_ = control.Flush()
	piece := make([]byte, 16<<10)
	for end := time.Now().Add(limit); time.Now().Before(end); {
		_ = control.SetReadDeadline(time.Now().Add(silence))
		if _, err := request.Body.Read(piece); err != nil {
			return
		}
	}
}

// shutDown lets nothing new in and answers what runs. A function whose client went away runs to its end too.
func (s *service) shutDown(web *http.Server, connections *server.Connections) {
	s.stopping.Store(true)
	connections.Close()
	connections.CloseUnused()
	over := time.AfterFunc(grace, connections.CloseIdle)
	_ = web.Shutdown(context.Background())
	over.Stop()
	s.running.Wait()
}

// newWeb is net/http with all that this server sets.
func newWeb(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:                      handler,
		ConnContext:                  server.WithConnection,
		ReadHeaderTimeout:            idle,
		IdleTimeout:                  idle,
		MaxHeaderBytes:               headers,
		DisableGeneralOptionsHandler: true,
	}
}

func run() error {
	if runtime.GOMAXPROCS(0) > processors {
		runtime.GOMAXPROCS(processors)
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(memory)
	configuration, err := loadConfiguration()
	if err != nil {
		return err
	}
	service := &service{configuration: configuration, code: server.NewCode()}
	if service.code.Exists("/usr/code", configuration.entrypoint) {
		go service.code.Program("/usr/code", configuration.entrypoint) // it starts while the port opens
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	listener, err := net.Listen("tcp4", "0.0.0.0:3000")
	if err != nil {
		return fmt.Errorf("Port 3000 cannot be opened: %w.", err)
	}
	connections := server.NewConnections(listener)
	web := newWeb(service)
	go web.Serve(connections)
	<-signals
	service.shutDown(web, connections)
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, strings.TrimSpace(err.Error()))
		os.Exit(1)
	}
}
