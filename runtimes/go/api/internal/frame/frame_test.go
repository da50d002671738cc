package frame

import (
	"bufio"
	"bytes"
	"net"
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

func TestFramesThatGoTogetherStayWhole(t *testing.T) {
	const senders, each = 8, 200
	receiving, sending := net.Pipe()
	writer := NewWriter(sending)
	for sender := range uint32(senders) {
		go func() {
			for number := range uint32(each) {
				length := int(number) * small / each
				if number%50 == 0 {
					length = large // goes alone
				}
				if err := writer.WriteTogether(sender*each+number, bytes.Repeat([]byte{byte(sender)}, length)); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	seen, reader := map[uint32]bool{}, bufio.NewReader(receiving)
	for range senders * each {
		id, fields, err := Read(reader)
		if err != nil || len(fields) != 1 || seen[id] {
			t.Fatalf("frame %d: %d fields, %v, seen: %v", id, len(fields), err, seen[id])
		}
		if strings.Trim(string(fields[0]), string(rune(id/each))) != "" {
			t.Fatalf("frame %d has another's bytes", id)
		}
		seen[id] = true
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
