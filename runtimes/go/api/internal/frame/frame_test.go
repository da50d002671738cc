package frame

import (
	"bytes"
	"strings"
	"testing"
)

// memory is a socket that gives back what was written to it.
type memory struct{ bytes.Buffer }

func (m *memory) Close() error { return nil }

func TestWhatIsSentIsReceived(t *testing.T) {
	stream := NewStream(&memory{})
	sent := [][]byte{[]byte("one"), nil, bytes.Repeat([]byte("x"), 3*large), []byte("\x00\xff")}
	for range 3 {
		if err := stream.Send(sent...); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		fields, err := stream.Receive()
		if err != nil || !bytes.Equal(bytes.Join(fields, []byte("|")), bytes.Join(sent, []byte("|"))) {
			t.Fatalf("got %d fields, %v", len(fields), err)
		}
	}
}

func TestALongFrameLeavesNoRoomBehind(t *testing.T) {
	stream := NewStream(&memory{})
	many := make([][]byte, 64)
	for i := range many {
		many[i] = bytes.Repeat([]byte("x"), large-1)
	}
	if err := stream.Send(many...); err != nil || stream.buffer != nil {
		t.Fatalf("%d bytes are held, %v", cap(stream.buffer), err)
	}
}

func TestWhatIsNoFrameIsRefused(t *testing.T) {
	for _, wire := range []string{
		"\xff\xff\xff\xff",                 // longer than any
		"\x02\x00\x00\x00\x00\x00",         // ends within the length of a field
		"\x04\x00\x00\x00\x01\x00\x00\x00", // a field longer than the frame
		"\x04\x00\x00\x00\x00",             // truncated
		"\x04\x00",                         // truncated in its length
	} {
		if _, err := NewStream(&memory{*bytes.NewBuffer([]byte(wire))}).Receive(); err == nil {
			t.Errorf("%q was taken for a frame", strings.ToValidUTF8(wire, "?"))
		}
	}
}
