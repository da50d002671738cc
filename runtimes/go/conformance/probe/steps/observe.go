package steps

import (
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/semver"
)

const dependency = "golang.org/x/mod"

// observe takes the steps that look at the container, print into it, or start something in it.
func observe(s step, c *call) error {
	switch s.Do {
	case "print":
		to := os.Stdout
		if s.To == "stderr" {
			to = os.Stderr
		}
		fmt.Fprintln(to, s.Text)
	case "environ":
		c.notes["variables"], c.notes["processes"] = variables(), environments()
	case "meet":
		return meet(s)
	case "list":
		c.notes["names"] = entries(s.Folder)
	case "kill":
		return exec.Command("sh", "-c", "kill -KILL "+strconv.Itoa(os.Getpid())).Run()
	case "orphans":
		for range s.times() {
			if err := exec.Command("sh", "-c", "sleep 0.05 &").Run(); err != nil {
				return err
			}
		}
	case "dependency":
		if semver.Compare("v1.10.0", "v1.9.0") != 1 {
			return fmt.Errorf("the dependency does not do what it is for")
		}
		c.notes["name"], c.notes["version"] = dependency, linkedVersion()
	default:
		return fmt.Errorf("the probe has no step %q", s.Do)
	}
	return nil
}

func meet(s step) error {
	if err := os.MkdirAll(s.Folder, 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(s.Folder+"/"+s.Name, nil, 0o666); err != nil {
		return err
	}
	for arrived(s.Folder) < int(s.Until) {
		time.Sleep(5 * time.Millisecond)
	}
	return os.WriteFile(s.Folder+"/"+s.Name+".done", nil, 0o666)
}

func arrived(folder string) (count int) {
	for _, name := range entries(folder) {
		if !strings.HasSuffix(name, ".done") {
			count++
		}
	}
	return count
}

// entries are the names in a folder, in order.
func entries(folder string) []string {
	names := []string{}
	found, _ := os.ReadDir(folder)
	for _, entry := range found {
		names = append(names, entry.Name())
	}
	return names
}

func variables() map[string]string {
	variables := map[string]string{}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		variables[name] = value
	}
	return variables
}

// environments are those of each process that this one may look at.
func environments() map[string]string {
	processes := map[string]string{}
	for _, name := range entries("/proc") {
		if _, err := strconv.Atoi(name); err != nil {
			continue
		}
		if environment, err := os.ReadFile("/proc/" + name + "/environ"); err == nil {
			processes[name] = strings.ReplaceAll(string(environment), "\x00", "\n")
		}
	}
	return processes
}

// linkedVersion is the dependency's, as the linker noted it in the program.
func linkedVersion() string {
	if build, found := debug.ReadBuildInfo(); found {
		for _, module := range build.Deps {
			if module.Path == dependency {
				return module.Version
			}
		}
	}
	return ""
}
