package server

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

const deepest = 512

// What a body is.
type checked int

const (
	valid checked = iota
	invalid
	tooDeep
)

// check looks at all of a body: UTF-8 first, since encoding/json replaces what is not, then what is open at
// once and whether each number is one that a double can hold, then the grammar.
func check(body []byte) checked {
	if !utf8.Valid(body) {
		return invalid
	}
	depth, numbers := 0, true
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"':
			i += stringLength(body[i:]) - 1
		case c == '[' || c == '{':
			if depth++; depth > deepest {
				return tooDeep
			}
		case c == ']' || c == '}':
			depth--
		case isNumeric(c) && numbers:
			end := i + 1
			for end < len(body) && (isNumeric(body[end]) || body[end] == 'e' || body[end] == 'E') {
				end++
			}
			numbers = isFinite(body[i:end])
			i = end - 1
		}
	}
	if !numbers || !json.Valid(body) {
		return invalid
	}
	return valid
}

func isNumeric(c byte) bool {
	return '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.'
}

// isFinite asks the library only about what could be out of range.
func isFinite(number []byte) bool {
	if len(number) < 300 && !bytes.ContainsAny(number, "eE") {
		return true
	}
	_, err := strconv.ParseFloat(string(number), 64)
	return err == nil
}

// stringLength is the length of the string that begins here, its quotes included; of all there is, if it
// does not end.
func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		next := bytes.IndexAny(text[i:], `"\`)
		if next < 0 {
			break
		}
		if i += next; text[i] == '"' {
			return i + 1
		}
		i++ // a backslash: the next byte ends no string
	}
	return len(text)
}

// members calls back with each member of a valid JSON object, its name unescaped, its value as it is.
func members(object []byte, member func(name string, value []byte)) {
	for i := 0; i < len(object); i++ {
		if object[i] != '"' {
			continue
		}
		key := object[i : i+stringLength(object[i:])]
		i += len(key)
		i += bytes.IndexByte(object[i:], ':') + 1
		length := valueLength(object[i:])
		member(unquote(key), bytes.TrimSpace(object[i:i+length]))
		i += length // the comma, or the end
	}
}

// valueLength is how far a value reaches, with the spaces around it.
func valueLength(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += stringLength(text[i:]) - 1
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth < 0 {
				return i
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// unquote reads a valid JSON string, for which the library is asked only if something is escaped.
func unquote(text []byte) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text[1 : len(text)-1])
	}
	var unquoted string
	_ = json.Unmarshal(text, &unquoted) // it is valid
	return unquoted
}
