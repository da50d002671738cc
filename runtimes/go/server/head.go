package server

import "bytes"

// head takes a head once it is whole.
func (f *framing) head(data []byte, at, to int) (int, int, bool) {
	if bytes.HasPrefix(data[at:], []byte("\r\n")) {
		return at + 2, to, true // an empty line before a request means nothing
	}
	known := at + max(f.seen-3, 0)
	end := bytes.Index(data[known:], []byte("\r\n\r\n"))
	if end < 0 {
		isHopeful := len(data)-at <= largestHead && isBeginning(data[at:], max(f.seen-1, 0))
		f.seen = len(data) - at
		return at, to, isHopeful
	}
	f.seen = 0
	end += known + 2
	if end-at > largestHead {
		return at, to, false
	}
	reduced, sound := f.reduce(data, at, end, to)
	if !sound {
		return at, to, false
	}
	return end + 2, reduced, true
}

// isBeginning says whether a head may still become whole: what of it was seen before is not looked at again.
func isBeginning(data []byte, seen int) bool {
	if data[0] != '\r' && !token[data[0]] {
		return false // TLS, most likely
	}
	for i := seen; i < len(data); i++ {
		if data[i] == '\n' && (i == 0 || data[i-1] != '\r') || data[i] == '\r' && i+1 < len(data) && data[i+1] != '\n' {
			return false
		}
	}
	return true
}

// reduce reads the lines that end before end, where an empty one follows, and writes what net/http is to see of them.
func (f *framing) reduce(data []byte, at, end, to int) (int, bool) {
	method := past(token, data, at)
	if method == at || data[method] != ' ' {
		return to, false
	}
	target := past(visible, data, method+1)
	version := data[target:min(target+len(" HTTP/1.1\r\n"), end)]
	isCurrent := string(version) == " HTTP/1.1\r\n"
	if target == method+1 || !isCurrent && string(version) != " HTTP/1.0\r\n" {
		return to, false
	}
	to += copy(data[to:], data[at:method+1])
	to += copy(data[to:], "/")
	to += copy(data[to:], version)
	hosts, lengths, length, isChunked := 0, 0, int64(0), false
	for at = target + len(version); at < end; {
		close := fieldEnd(data, at)
		if close < 0 || data[close] != '\r' || data[close+1] != '\n' {
			return to, false
		}
		name, value := split(data[at:close])
		isKnown, sound := true, true
		switch known(name) {
		case "host":
			hosts++
			sound = hosts == 1 && isHost(value)
		case "content-length":
			lengths++
			length, sound = number(value)
		case "transfer-encoding":
			lengths++
			isChunked = true
			sound = isCurrent && bytes.EqualFold(value, []byte("chunked"))
		case "expect":
			isKnown = len(data) == end+2 // a body that is there is not asked for
		case "":
			isKnown = false
		}
		if !sound {
			return to, false
		}
		if isKnown {
			to += copy(data[to:], data[at:close+2])
		}
		at = close + 2
	}
	to += copy(data[to:], "\r\n")
	switch {
	case isChunked:
		f.stage = inSize
	case length > 0:
		f.stage, f.left = inBody, length
	}
	return to, lengths <= 1 && (hosts == 1 || !isCurrent)
}

// known is the name of a field, if it is one that the server has a use for.
func known(name []byte) string {
	switch len(name) {
	case 4, 6, 10, 14, 17, 20:
		for _, known := range [...]string{
			"host", "expect", "connection", "content-length", "transfer-encoding", "x-internal-challenge",
		} {
			if len(name) == len(known) && bytes.EqualFold(name, []byte(known)) {
				return known
			}
		}
	}
	return ""
}

// fieldEnd is where the line of a well-formed field ends that begins at that byte; -1 if it is none.
func fieldEnd(data []byte, at int) int {
	colon := past(token, data, at)
	if colon == at || colon == len(data) || data[colon] != ':' {
		return -1
	}
	return past(content, data, colon+1)
}

// split makes name and value of a field.
func split(field []byte) (name, value []byte) {
	name, value, _ = bytes.Cut(field, []byte(":"))
	return name, bytes.Trim(value, " \t")
}

// isHost says whether it is one name, or one address in brackets, with or without a port.
func isHost(host []byte) bool {
	at := past(name, host, 0)
	if len(host) > 0 && host[0] == '[' {
		at = past(address, host, 1)
		if at == 1 || at == len(host) || host[at] != ']' {
			return false
		}
		at++
	}
	if at < len(host) && host[at] == ':' {
		at = past(decimal, host, at+1)
	}
	return at == len(host)
}

// number reads a length. One of more digits is longer than any body.
func number(digits []byte) (value int64, isNumber bool) {
	if len(digits) == 0 || len(digits) > 18 || past(decimal, digits, 0) < len(digits) {
		return 0, false
	}
	for _, digit := range digits {
		value = value*10 + int64(digit-'0')
	}
	return value, true
}

// set is a set of bytes. No line break is in any.
type set [256]bool

var (
	token       = setOf("!!#'*+-.09AZ^z||~~")
	visible     = setOf("!~\x80\xff")
	content     = setOf("\t\t ~\x80\xff")
	name        = setOf("!!$$&.09;;==AZ__az~~%%")
	address     = setOf("..09::AFaf")
	decimal     = setOf("09")
	hexadecimal = setOf("09AFaf")
	blank       = setOf("  \t\t")
)

// setOf makes a set of ranges, each written as its first and its last byte.
func setOf(ranges string) *set {
	var all set
	for i := 0; i < len(ranges); i += 2 {
		for b := int(ranges[i]); b <= int(ranges[i+1]); b++ {
			all[b] = true
		}
	}
	return &all
}

// past is the position of the first byte that is not in the set.
func past(all *set, data []byte, at int) int {
	for at < len(data) && all[data[at]] {
		at++
	}
	return at
}
