package server

import "bytes"

const (
	// largestHead is the most that is kept of a head, and of the fields behind a chunked body.
	largestHead = 64 << 10
	// largestLine is the most that is kept of a line between chunks.
	largestLine = 4 << 10
)

// poison is what net/http refuses wherever it is, in a head as well as between chunks.
var poison = []byte("\x00\r\n\r\n")

type stage int

const (
	inHead stage = iota
	inBody
	inSize
	inChunk
	behindChunk
	inTrailers
)

// framing reads along with net/http, which takes some things that another reader could take for another message. What
// is not read in one way only is refused here. And net/http sees of a head no more than it needs: no target, which
// counts for nothing and which it would parse, and of the fields those that this server asks for.
type framing struct {
	stage stage
	left  int64 // of the body, or of the chunk
	seen  int   // of a head that is not whole
	spent int   // of the trailers
}

// scan takes what has come, and moves what may pass to its front: that many bytes. Behind them is what more bytes have
// to come for. Once something is not sound, nothing behind it passes.
func (f *framing) scan(data []byte) (passed, size int, sound bool) {
	at, to := 0, 0
	for sound = true; sound && at < len(data); {
		from, wrote := at, to
		switch f.stage {
		case inHead:
			at, to, sound = f.head(data, at, to)
		case inBody, inChunk:
			n := int(min(f.left, int64(len(data)-at)))
			to += copy(data[to:], data[at:at+n])
			at += n
			f.pass(n)
		case behindChunk:
			if sound = bytes.HasPrefix([]byte("\r\n"), data[at:min(at+2, len(data))]); sound && len(data)-at >= 2 {
				to += copy(data[to:], data[at:at+2])
				at += 2
				f.stage = inSize
			}
		case inSize, inTrailers:
			at, to, sound = f.line(data, at, to)
		}
		if at == from && to == wrote {
			break
		}
	}
	return to, to + copy(data[to:], data[at:]), sound
}

// rest is how much of a body may pass without being looked at.
func (f *framing) rest() int64 {
	if f.stage == inBody || f.stage == inChunk {
		return f.left
	}
	return 0
}

// pass is told that so much of a body has passed.
func (f *framing) pass(n int) {
	f.left -= int64(n)
	switch {
	case f.left > 0:
	case f.stage == inBody:
		f.stage = inHead
	case f.stage == inChunk:
		f.stage = behindChunk
	}
}

// line takes a line between chunks, or one behind them.
func (f *framing) line(data []byte, at, to int) (int, int, bool) {
	end := bytes.Index(data[at:], []byte("\r\n"))
	if end > largestLine || end < 0 {
		return at, to, end < 0 && len(data)-at <= largestLine
	}
	line := data[at : at+end]
	at += end + 2
	if f.stage == inTrailers {
		f.spent += end
		if end > 0 { // net/http has no use for it
			return at, to, f.spent <= largestHead && fieldEnd(line, 0) == end
		}
		f.stage = inHead
		return at, to + copy(data[to:], "\r\n"), true
	}
	digits, value, isSize := chunkSize(line)
	if !isSize {
		return at, to, false
	}
	to += copy(data[to:], digits)
	to += copy(data[to:], "\r\n")
	if f.left = value; value > 0 {
		f.stage = inChunk
	} else {
		f.stage, f.spent = inTrailers, 0
	}
	return at, to, true
}

// chunkSize reads a line before a chunk, which may have extensions. The digits are those that count.
func chunkSize(line []byte) (digits []byte, value int64, isSize bool) {
	end := past(hexadecimal, line, 0)
	digits = line[:end]
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	behind := past(blank, line, end)
	isExtended := behind < len(line) && line[behind] == ';' && past(content, line, behind) == len(line)
	if end == 0 || len(digits) > 15 || end < len(line) && !isExtended {
		return nil, 0, false
	}
	for _, digit := range digits {
		value = value<<4 | int64(digit&0xf)
		if digit > '9' {
			value += 9
		}
	}
	return digits, value, true
}
