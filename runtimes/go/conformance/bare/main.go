// The bare server: what net/http costs by itself.
package main

import "net/http"

func main() {
	answer := []byte("*")
	http.ListenAndServe("0.0.0.0:3000", http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
		response.Header()["Content-Type"] = []string{"text/plain"}
		response.Write(answer)
	}))
}
