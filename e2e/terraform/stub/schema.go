package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// types are the words for an argument's type.
var types = map[string]tftypes.Type{
	"string": tftypes.String, "number": tftypes.Number, "bool": tftypes.Bool,
	"strings": tftypes.List{ElementType: tftypes.String}, "map": tftypes.Map{ElementType: tftypes.String},
}

// schemas are what a provider says that it takes.
type schemas struct {
	provider        *tfprotov5.Schema
	resources, data map[string]*tfprotov5.Schema
}

// read reads a file of schema/.
func read(text string) (*schemas, error) {
	out := &schemas{resources: map[string]*tfprotov5.Schema{}, data: map[string]*tfprotov5.Schema{}}
	var open []*tfprotov5.SchemaBlock // the block that a line belongs to, by its depth
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		depth := (len(line) - len(strings.TrimLeft(line, " "))) / 2
		block := &tfprotov5.SchemaBlock{}
		var err error
		switch {
		case depth == 0:
			err = out.begin(words, block)
		case depth > len(open):
			err = fmt.Errorf("%q is in no block", words[0])
		default:
			err = argument(open[depth-1], words, block)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		open = append(open[:depth], block)
	}
	return out, lines.Err()
}

// begin begins the schema of the provider, a resource or a data source.
func (s *schemas) begin(words []string, block *tfprotov5.SchemaBlock) error {
	if len(words) != 2 {
		return fmt.Errorf("%d words, want KIND NAME", len(words))
	}
	schema := &tfprotov5.Schema{Block: block}
	switch words[0] {
	case "provider":
		s.provider = schema
	case "resource":
		s.resources[words[1]] = schema
	case "data":
		s.data[words[1]] = schema
	default:
		return fmt.Errorf("no kind %q", words[0])
	}
	return nil
}

// argument adds an argument, or a block of arguments, to a block.
func argument(to *tfprotov5.SchemaBlock, words []string, block *tfprotov5.SchemaBlock) error {
	if len(words) < 3 {
		return fmt.Errorf("%d words, want NAME TYPE USE", len(words))
	}
	uses := map[string]bool{}
	for _, use := range words[2:] {
		uses[use] = true
	}
	if words[1] == "block" || words[1] == "blocks" {
		nested := &tfprotov5.SchemaNestedBlock{TypeName: words[0], Block: block, Nesting: tfprotov5.SchemaNestedBlockNestingModeList}
		if uses["required"] {
			nested.MinItems = 1
		}
		if words[1] == "block" {
			nested.MaxItems = 1
		}
		to.BlockTypes = append(to.BlockTypes, nested)
		return nil
	}
	kind, ok := types[words[1]]
	if !ok {
		return fmt.Errorf("no type %q", words[1])
	}
	to.Attributes = append(to.Attributes, &tfprotov5.SchemaAttribute{
		Name: words[0], Type: kind, Required: uses["required"], Optional: uses["optional"], Computed: uses["computed"],
	})
	return nil
}

// setByUser refuses arguments that only the provider can set.
func setByUser(schema *tfprotov5.Schema, config *tfprotov5.DynamicValue) (refused []*tfprotov5.Diagnostic, err error) {
	value, err := config.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	arguments := map[string]tftypes.Value{}
	if err := value.As(&arguments); err != nil {
		return nil, err
	}
	for _, a := range schema.Block.Attributes {
		if a.Computed && !a.Optional && !arguments[a.Name].IsNull() {
			refused = append(refused, &tfprotov5.Diagnostic{
				Severity: tfprotov5.DiagnosticSeverityError, Summary: "Value for unconfigurable attribute",
				Detail:    "Can't configure a value for \"" + a.Name + "\"",
				Attribute: tftypes.NewAttributePath().WithAttributeName(a.Name),
			})
		}
	}
	return refused, nil
}
