package config_test

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection/config"
)

func ExampleParse() {
	const file = `PROBLEM:
  TYPE: DETECTION
AUGMENTOR:
  DA_PROB: 0.5
TRAIN:
  LR: fast
  EPOCH: 20
`
	_, warnings, err := config.Parse([]byte(file), "nuclei.yaml")
	for _, w := range warnings {
		fmt.Println("warning:", w)
	}
	fmt.Println(err)
	// Output:
	// warning: nuclei.yaml:4: AUGMENTOR.DA_PROB is an older spelling: read as the _PROB of each transform
	// nuclei.yaml:6: TRAIN.LR is "fast": want a number above 0
	// nuclei.yaml:7: unknown key TRAIN.EPOCH: did you mean TRAIN.EPOCHS?
}

func ExampleExplain() {
	k, _ := config.Explain("TEST.DET_TOLERANCE")
	fmt.Printf("%s: %s, %s; default %s; %s\n%s\n", k.Name, k.Type, k.Range, k.Default, k.Status, k.Doc)
	// Output:
	// TEST.DET_TOLERANCE: numbers, above 0, 1 or one per class; default [10.0]; supported
	// Largest distance between a found and a true point that match, in the unit of DATA.TEST.RESOLUTION.
}
