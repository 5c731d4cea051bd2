package sweep_test

import (
	"fmt"
	"log"

	"github.com/puncta-bio/puncta/detection/sweep"
)

func Example() {
	s, err := sweep.Parse([]byte(`
config: nuclei.yaml
parameters:
  TRAIN.LR: {from: 1e-4, to: 1e-2, count: 3, scale: log}
  MODEL.NORMALIZATION: [in, bn]
`), "sweep.yaml")
	if err != nil {
		log.Fatal(err)
	}
	for _, run := range s.Runs() {
		fmt.Println(run.Number, s.Describe(run))
	}
	_, err = sweep.Parse([]byte("config: nuclei.yaml\nparameters:\n  TRAIN.LR: [fast]\n"), "sweep.yaml")
	fmt.Println(err)
	// Output:
	// 1 TRAIN.LR=0.0001, MODEL.NORMALIZATION=in
	// 2 TRAIN.LR=0.0001, MODEL.NORMALIZATION=bn
	// 3 TRAIN.LR=0.001, MODEL.NORMALIZATION=in
	// 4 TRAIN.LR=0.001, MODEL.NORMALIZATION=bn
	// 5 TRAIN.LR=0.01, MODEL.NORMALIZATION=in
	// 6 TRAIN.LR=0.01, MODEL.NORMALIZATION=bn
	// sweep.yaml:3: TRAIN.LR is "fast": want a number above 0
}
