package actions

import (
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/semver"
	"openruntimes"
)

const dependency = "golang.org/x/mod"

// observe is what the probe sees of the container, prints into it, and starts in it.
func observe(action string, in payload, res *openruntimes.Response) error {
	answer := map[string]any{"nonce": in.Nonce}
	switch action {
	case "print":
		for _, line := range in.Stdout {
			fmt.Println(line)
		}
		for _, line := range in.Stderr {
			fmt.Fprintln(os.Stderr, line)
		}
	case "environment":
		answer["variables"], answer["processes"] = variables(), environments()
	case "meet":
		if err := meet(in); err != nil {
			return err
		}
	case "list":
		answer["names"] = entries(in.Folder)
	case "kill":
		return exec.Command("sh", "-c", "kill -KILL "+strconv.Itoa(os.Getpid())).Run()
	case "orphans":
		for range in.Count {
			if err := exec.Command("sh", "-c", "sleep 0.05 &").Run(); err != nil {
				return err
			}
		}
	case "dependency":
		if semver.Compare("v1.10.0", "v1.9.0") != 1 {
			return fmt.Errorf("the dependency does not do what it is for")
		}
		answer["name"], answer["version"] = dependency, linkedVersion()
	default:
		return fmt.Errorf("the probe has no action %q", action)
	}
	res.JSON(answer)
	return nil
}

func meet(in payload) error {
	if err := os.MkdirAll(in.Folder, 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(in.Folder+"/"+in.Name, nil, 0o666); err != nil {
		return err
	}
	for arrived(in.Folder) < in.Until {
		time.Sleep(5 * time.Millisecond)
	}
	return os.WriteFile(in.Folder+"/"+in.Name+".done", nil, 0o666)
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
