package config

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// TestDefaultText pins the defaults. A change here changes what existing files
// mean: say so in the change log.
func TestDefaultText(t *testing.T) {
	want, err := os.ReadFile("testdata/default.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := Default().YAML(); got != string(want) {
		t.Errorf("defaults changed:\n%s\nwant\n%s", got, want)
	}
	if err := Default().Validate(); err != nil {
		t.Errorf("the defaults are not valid: %v", err)
	}
}

func TestTableIsSound(t *testing.T) {
	c := new(Config)
	rows := table(c)
	byName := map[string]row{}
	for _, r := range rows {
		if _, twice := byName[r.name]; twice {
			t.Errorf("%s is in the table twice", r.name)
		}
		byName[r.name] = r
	}
	fields := map[any]string{}
	for _, r := range rows {
		if r.doc == "" || !strings.HasSuffix(r.doc, ".") && !strings.HasSuffix(r.doc, ")") {
			t.Errorf("%s: doc %q is no sentence", r.name, r.doc)
		}
		if (r.status == Refused || r.status == NoEffect) != (r.reason != "") {
			t.Errorf("%s: %v with reason %q", r.name, r.status, r.reason)
		}
		if (r.status == Supported) != (r.field != nil) {
			t.Errorf("%s: status %v, field %v", r.name, r.status, r.field)
		}
		for alternative := range strings.SplitSeq(r.needs, "|") {
			key, _, _ := strings.Cut(alternative, "=")
			gate, known := byName[key]
			if r.needs != "" && !known {
				t.Errorf("%s needs %s, which is not in the table", r.name, key)
			}
			if r.field != nil && r.needs != "" && gate.field == nil {
				t.Errorf("%s is supported and needs %s, which is not", r.name, key)
			}
		}
		if r.field == nil {
			continue
		}
		if other, twice := fields[r.field]; twice {
			t.Errorf("%s and %s share a field", r.name, other)
		}
		fields[r.field] = r.name
		if r.want.judge(r.def) != good {
			t.Errorf("%s: the default %v breaks its own rule (%s)", r.name, r.def, r.want.describe())
		}
		if got, want := reflect.TypeOf(r.value()), reflect.TypeOf(r.def); got != want {
			t.Errorf("%s: field is a %v, default a %v", r.name, got, want)
		}
	}
	if got := countFields(reflect.TypeOf(*c)); got != len(fields) {
		t.Errorf("Config has %d fields, the table %d", got, len(fields))
	}
}

// countFields counts exported leaves.
func countFields(typ reflect.Type) int {
	n := 0
	for i := range typ.NumField() {
		switch f := typ.Field(i); {
		case !f.IsExported():
		case f.Type.Kind() == reflect.Struct:
			n += countFields(f.Type)
		default:
			n++
		}
	}
	return n
}

// TestSwitchesAreFaults: parameters of an option that is not supported are
// passed over, so switching that option on must be a fault of its own.
func TestSwitchesAreFaults(t *testing.T) {
	k := &checker{c: Default(), rows: rowsByName(table(new(Config)))}
	for _, r := range k.rows {
		for alternative := range strings.SplitSeq(r.needs, "|") {
			key, val, compared := strings.Cut(alternative, "=")
			gate := k.rows[key]
			if r.needs == "" || gate.field != nil || k.lost(gate.needs) { // lost: then the outer switch is the fault
				continue
			}
			on := map[bool]string{true: val, false: "true"}[compared]
			switch gate.def.(type) {
			case int:
				on = "3"
			case string:
				if !compared {
					on = "warmupcosine"
				}
			}
			_, _, err := Parse(nil, "f", everyStage(key+"="+on)...)
			if err == nil || !strings.Contains(err.Error(), key) {
				t.Errorf("%s=%s, which %s needs, is accepted: %v", key, on, r.name, err)
			}
		}
	}
}

// everyStage enables all that other options depend on, before more settings.
func everyStage(settings ...string) []string {
	return append([]string{"TRAIN.ENABLE=true", "TEST.ENABLE=true", "AUGMENTOR.ENABLE=true", "DATA.TEST.LOAD_GT=true",
		"MODEL.LOAD_CHECKPOINT=true", "TRAIN.OPTIMIZER=ADAMW", "DATA.TEST.RESOLUTION=1",
		"AUGMENTOR.RANDOM_ROT=true", "AUGMENTOR.ELASTIC=true", "AUGMENTOR.BRIGHTNESS=true", "AUGMENTOR.CONTRAST=true"}, settings...)
}

// TestNothingIsAcceptedAndIgnored sets every key without a field to something
// else than its default, with all that it needs switched on.
func TestNothingIsAcceptedAndIgnored(t *testing.T) {
	rows := table(new(Config))
	for _, r := range rows {
		// No setting switches another network on, because its name is refused.
		if r.field != nil || r.section() || strings.HasPrefix(r.needs, "MODEL.ARCHITECTURE=") {
			continue
		}
		other := "other"
		switch def := r.def.(type) {
		case bool:
			other = format(!def)
		case int, float64, []int, []float64:
			other = "77"
		}
		_, warnings, err := Parse(nil, "f", everyStage(r.name+"="+other)...)
		switch {
		case r.status == NoEffect:
			if err != nil || len(warnings) != 1 || warnings[0].Key != r.name {
				t.Errorf("%s: warnings %v, error %v: want one warning", r.name, warnings, err)
			}
		case err == nil && !(&checker{c: Default(), rows: rowsByName(rows)}).lost(r.needs):
			t.Errorf("%s=%s (%v) is accepted", r.name, other, r.status)
		}
	}
}

func rowsByName(rows []row) map[string]row {
	m := map[string]row{}
	for _, r := range rows {
		m[r.name] = r
	}
	return m
}

func TestExplain(t *testing.T) {
	for _, tt := range []struct {
		name string
		want Key
	}{
		{"TRAIN.LR", Key{Name: "TRAIN.LR", Type: "a number", Default: "0.0001", Range: "above 0",
			Doc: "Step size of the optimiser.", Needs: "TRAIN.ENABLE", Takes: "a number above 0", When: "TRAIN.ENABLE is on"}},
		{"MODEL.HRNET.VARIANT", Key{Name: "MODEL.HRNET.*", Type: "anything", Doc: "Parameters of hrnet.", Status: Later,
			Needs: "MODEL.ARCHITECTURE=hrnet", Takes: "a value", When: "MODEL.ARCHITECTURE is hrnet"}},
		{"AUGMENTOR.DA_PROB", Key{Name: "AUGMENTOR.DA_PROB", Status: Renamed, Reason: "now the _PROB of each transform",
			Doc: "Older spelling of the _PROB of each transform."}},
		{"SYSTEM.PIN_MEM", Key{Name: "SYSTEM.PIN_MEM", Type: "True or False", Default: "True", Doc: "Accepted with a warning.",
			Status: NoEffect, Reason: "there are no loader processes whose memory could be pinned", Takes: "True or False"}},
	} {
		if got, ok := Explain(tt.name); !ok || got != tt.want {
			t.Errorf("Explain(%s) = %+v, %v; want %+v", tt.name, got, ok, tt.want)
		}
	}
	if k, ok := Explain("TRAIN.EPOCH"); ok {
		t.Errorf("Explain of an unknown key gives %+v", k)
	}
	if k, ok := Explain("MODEL.HRNET"); ok {
		t.Errorf("Explain of a section gives %+v", k)
	}
	seen := map[string]bool{}
	for _, k := range Keys() {
		if seen[k.Name] {
			t.Errorf("Keys lists %s twice", k.Name)
		}
		seen[k.Name] = true
	}
}
