// Package cases reads the tables that the unit tests of every language read: conformance/cases.
package cases

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Of is a table, beside the folder of this language in the repository and in the container of the tests.
func Of[T any](t *testing.T, table string) []T {
	t.Helper()
	root, err := os.Getwd() // the folder of the package that is tested
	for err == nil && filepath.Base(root) == "server" {
		root = filepath.Dir(root)
	}
	text, err := os.ReadFile(filepath.Join(root, "../../conformance/cases", table+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []T
	if err := json.Unmarshal(text, &rows); err != nil || len(rows) == 0 {
		t.Fatalf("%s: %d cases, %v", table, len(rows), err)
	}
	return rows
}

// Bytes are written as a list of pieces: a string, [string, times], or {"hex": digits}.
type Bytes []byte

// UnmarshalJSON joins the pieces.
func (b *Bytes) UnmarshalJSON(list []byte) error {
	var pieces []any
	if err := json.Unmarshal(list, &pieces); err != nil {
		return err
	}
	*b = Bytes{}
	for _, piece := range pieces {
		switch piece := piece.(type) {
		case string:
			*b = append(*b, piece...)
		case []any:
			*b = append(*b, strings.Repeat(piece[0].(string), int(piece[1].(float64)))...)
		case map[string]any:
			bytes, err := hex.DecodeString(piece["hex"].(string))
			if err != nil {
				return err
			}
			*b = append(*b, bytes...)
		default:
			return fmt.Errorf("%v is no piece", piece)
		}
	}
	return nil
}
