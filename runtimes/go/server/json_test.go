package server

import (
	"reflect"
	"strings"
	"testing"
)

func TestDepthIsCountedOutsideStrings(t *testing.T) {
	nested := func(times int) string { return strings.Repeat("[", times) + strings.Repeat("]", times) }
	for body, want := range map[string]checked{
		nested(512):                                   valid,
		nested(513):                                   tooDeep,
		strings.Repeat("{", 513):                      tooDeep,
		`"\"` + strings.Repeat("[", 600) + `"`:        valid,
		`["\\",` + strings.Repeat("[", 512):           tooDeep,
		"[" + strings.Repeat(`{"a":[]},`, 600) + "1]": valid,
	} {
		if got := check([]byte(body)); got != want {
			t.Errorf("%.20s… is %v and not %v", body, got, want)
		}
	}
}

func TestWhatNoFunctionCanBeGivenIsInvalid(t *testing.T) {
	for _, body := range []string{
		"", " ", "1e400", "-1E400", "[1e100000000]", strings.Repeat("9", 400), "[1,]", "{} {}", "\ufeff{}", "\"\xff\"",
		"\"\xed\xa0\x80\"", `"open`, `"open\`, "[", "]", `{"a" "b"}`, "01", "+1", "1e", "nul",
	} {
		if check([]byte(body)) != invalid {
			t.Errorf("%.20q passed for valid", body)
		}
	}
	for _, body := range []string{"1e308", "-0", "1.5E-400", "0." + strings.Repeat("3", 100_000), `"\ud800"`, "null"} {
		if check([]byte(body)) != valid {
			t.Errorf("%.20q was refused", body)
		}
	}
}

func TestMembersAreFound(t *testing.T) {
	found := map[string]string{}
	body := " { \"a\" : [1,{\"b\":2}] ,\"p\\u0061th\":\"x,\\\"}\" , \"e\":{}, \"n\":null,\"a\":\ttrue\n}"
	members([]byte(body), func(name string, value []byte) { found[name] = string(value) })
	want := map[string]string{"a": "true", "path": `"x,\"}"`, "e": "{}", "n": "null"}
	if !reflect.DeepEqual(found, want) {
		t.Errorf("found %v", found)
	}
	members([]byte("{ }"), func(name string, _ []byte) { t.Errorf("found %q in nothing", name) })
}
