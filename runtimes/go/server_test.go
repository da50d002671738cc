package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"openruntimes/runtime/server"
	"openruntimes/runtime/server/cases"
)

// echo answers with the body of a request that is let in: all that happens to a request but the key and the function.
func echo(response http.ResponseWriter, request *http.Request) {
	connection := server.ConnectionOf(request.Context())
	connection.Enter(server.Reading)
	defer connection.Leave()
	err := admit(request)
	var body []byte
	if err == nil {
		body, err = server.ReadBody(request, 1<<20)
	}
	if err != nil {
		response.WriteHeader(answerTo(err).Status)
		return
	}
	_, _ = response.Write(body)
}

func TestRequestsAreFramed(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := newWeb(http.HandlerFunc(echo))
	go func() { _ = web.Serve(server.NewConnections(listener)) }()
	defer web.Close()
	for _, c := range cases.Of[struct {
		Name, Is, Body string
		Request        cases.Bytes
	}](t, "http") {
		status, body := exchange(t, listener.Addr().String(), c.Request)
		isRefused := status == 0 || 400 <= status && status < 500
		switch {
		case c.Is == "whole" && (status != 200 || body != c.Body):
			t.Errorf("%s: %d %q", c.Name, status, body)
		case c.Is != "whole" && !isRefused:
			t.Errorf("%s (%s): %d %q", c.Name, c.Is, status, body)
		}
	}
}

// exchange sends bytes and then nothing more; the status is 0 if the connection is closed without an answer.
func exchange(t *testing.T, address string, request []byte) (status int, body string) {
	t.Helper()
	client, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_ = client.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := client.Write(request); err == nil { // a server that refuses may have closed already
		_ = client.(*net.TCPConn).CloseWrite()
	}
	response, err := http.ReadResponse(bufio.NewReader(client), nil)
	if err != nil {
		if timeout, is := err.(net.Error); is && timeout.Timeout() {
			t.Errorf("%.40q is not answered", request)
		}
		return 0, ""
	}
	text, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(text)
}
