package frame

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	var socket bytes.Buffer
	writer := NewWriter(&socket)
	sent := [][]byte{[]byte("one"), nil, bytes.Repeat([]byte("x"), 3*large), []byte("\x00\xff")}
	for id := range uint32(3) {
		if err := writer.Write(id, sent...); err != nil {
			t.Fatal(err)
		}
	}
	reader := bufio.NewReader(&socket)
	for want := range uint32(3) {
		id, fields, err := Read(reader)
		if err != nil || id != want || !bytes.Equal(bytes.Join(fields, []byte("|")), bytes.Join(sent, []byte("|"))) {
			t.Fatalf("frame %d: got %d, %d fields, %v", want, id, len(fields), err)
		}
	}
}

func TestWhatIsNoFrameIsRefused(t *testing.T) {
	for _, wire := range []string{
		"\x03\x00\x00\x00\x00\x00\x00\x00",                 // shorter than an id
		"\xff\xff\xff\xff\x00\x00\x00\x00",                 // longer than any
		"\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00",         // ends within the length of a field
		"\x08\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00", // a field longer than the frame
		"\x08\x00\x00\x00\x00",                             // truncated
	} {
		if _, _, err := Read(bufio.NewReader(strings.NewReader(wire))); err == nil {
			t.Errorf("%q was taken for a frame", wire)
		}
	}
}
