package imports

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// check returns the rules that one file breaks, as "FILE:LINE: what". File is its path below the module, with slashes.
func check(file string, src any) ([]string, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	c := &checker{file: file, room: strings.TrimSuffix(path.Dir(file), "."), test: strings.HasSuffix(file, "_test.go"), fset: fset}
	own := slices.IndexFunc(rooms, func(r room) bool { return matches(r.path, c.room) })
	if own < 0 {
		c.add(f.Package, "unknown room %s: add it to the table", c.room)
		return c.found, nil
	}
	c.imports(f, rooms[own])
	if !c.test && !matches("testkit/...", c.room) {
		c.calls(f)
	}
	return c.found, nil
}

type checker struct {
	file, room string
	test       bool
	fset       *token.FileSet
	found      []string
}

func (c *checker) add(at token.Pos, format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf("%s:%d: %s (%s)", c.file, c.fset.Position(at).Line, fmt.Sprintf(format, args...), table))
}

func (c *checker) imports(f *ast.File, own room) {
	for _, spec := range f.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		for _, b := range bans {
			if below(b.prefix, name) {
				c.add(spec.Pos(), "nobody may import %s: %s", name, b.why)
			}
		}
		if c.test {
			continue
		}
		for _, h := range homes {
			if strings.HasPrefix(name, h.prefix) && !slices.ContainsFunc(h.rooms, func(r string) bool { return matches(r, c.room) }) {
				c.add(spec.Pos(), "%s has its home elsewhere: %s -> %s", h.prefix, called(c.room), name)
			}
		}
		if name != module && !strings.HasPrefix(name, module+"/") {
			continue
		}
		other := strings.TrimPrefix(strings.TrimPrefix(name, module), "/")
		if !slices.ContainsFunc(own.may, func(r string) bool { return r == anything || matches(r, other) }) {
			c.add(spec.Pos(), "this arrow is not in the table: %s -> %s", called(c.room), called(other))
		}
	}
}

// calls finds what belongs in other rooms: a selector on the package, whatever name it was imported by.
func (c *checker) calls(f *ast.File) {
	packages := map[string]string{}
	for _, spec := range f.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		local := path.Base(name)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		packages[local] = name
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.FuncDecl:
			if x.Recv == nil && x.Name.Name == "init" {
				c.add(x.Pos(), "func init is refused: assembly is explicit")
			}
		case *ast.BasicLit:
			if x.Kind == token.STRING && strings.Contains(x.Value, "%#v") {
				c.add(x.Pos(), "%%#v prints what redaction hides: name the fields")
			}
		case *ast.SelectorExpr:
			c.selector(x, packages)
		}
		return true
	})
}

func (c *checker) selector(x *ast.SelectorExpr, packages map[string]string) {
	id, ok := x.X.(*ast.Ident)
	if !ok || id.Obj != nil { // a variable that shadows the package
		return
	}
	for _, rule := range calls {
		if packages[id.Name] == rule.pkg && x.Sel.Name == rule.name &&
			!slices.ContainsFunc(rule.rooms, func(r string) bool { return matches(r, c.room) }) {
			c.add(x.Pos(), "%s.%s is refused in %s: %s", path.Base(rule.pkg), rule.name, called(c.room), rule.instead)
		}
	}
}

// matches says whether a folder is the one that a line of the table names, or below it where the line ends in /... .
func matches(line, folder string) bool {
	if above, ok := strings.CutSuffix(line, "/..."); ok {
		return folder == above || strings.HasPrefix(folder, above+"/")
	}
	return line == folder
}

// below says whether an import path is a banned one or below it.
func below(banned, name string) bool {
	want, got := strings.Split(banned, "/"), strings.Split(name, "/")
	if len(got) < len(want) {
		return false
	}
	for i, w := range want {
		if ok, err := path.Match(w, got[i]); err != nil || !ok {
			return false
		}
	}
	return true
}

// called is a room's name in a message.
func called(folder string) string {
	if folder == "" {
		return "landbridge"
	}
	return strings.TrimPrefix(folder, "internal/")
}
