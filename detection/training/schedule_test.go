package training

import (
	"math"
	"strings"
	"testing"
)

// The expected rates are those of PyTorch 2.14 for OneCycleLR (max_lr 0.1, 20
// steps) and ReduceLROnPlateau (factor 0.5, patience 1, min_lr 0.02), and
// worked out by hand for the others.
func TestScheduleRates(t *testing.T) {
	plateau := Schedule{Kind: ReduceOnPlateau, Factor: 0.5, Patience: 1, MinRate: 0.02}
	cosine := Schedule{Kind: WarmupCosine, WarmupEpochs: 2, DecayFraction: 0.4, MinRate: 0.01}
	tests := []struct {
		name           string
		s              Schedule
		step, per, all int
		losses         []float64
		want           float64
	}{
		{"constant", Schedule{}, 7, 5, 20, nil, 0.1},
		{"one cycle, first", Schedule{Kind: OneCycle}, 0, 5, 20, nil, 0.004},
		{"one cycle, rising", Schedule{Kind: OneCycle}, 2, 5, 20, nil, 0.03716718427000253},
		{"one cycle, top", Schedule{Kind: OneCycle}, 5, 5, 20, nil, 0.1},
		{"one cycle, falling", Schedule{Kind: OneCycle}, 12, 5, 20, nil, 0.05000020000000001},
		{"one cycle, last", Schedule{Kind: OneCycle}, 19, 5, 20, nil, 4e-07},
		{"plateau: falling losses", plateau, 15, 5, 50, []float64{3, 2, 1}, 0.1},
		{"plateau: one worse", plateau, 15, 5, 50, []float64{3, 2, 2}, 0.1},
		{"plateau: two worse", plateau, 20, 5, 50, []float64{3, 2, 2, 1.9999}, 0.05},
		{"plateau: count starts anew", plateau, 25, 5, 50, []float64{3, 2, 2, 2, 2}, 0.05},
		{"plateau: twice", plateau, 30, 5, 50, []float64{3, 2, 2, 2, 2, 2}, 0.025},
		{"plateau: floor", plateau, 40, 5, 50, []float64{3, 2, 2, 2, 2, 2, 2, 2}, 0.02},
		{"cosine: start", cosine, 0, 4, 40, nil, 0},
		{"cosine: warming", cosine, 2, 4, 40, nil, 0.025},
		{"cosine: warm", cosine, 8, 4, 40, nil, 0.1},
		{"cosine: still flat", cosine, 23, 4, 40, nil, 0.1},
		{"cosine: half way down", cosine, 32, 4, 40, nil, 0.055},
		{"cosine: no decay", Schedule{Kind: WarmupCosine, WarmupEpochs: 1}, 39, 4, 40, nil, 0.1},
		{"stairs: start", Schedule{Kind: WarmupReduceOnPlateau}, 0, 1, 400, nil, 0},
		{"stairs: warming", Schedule{Kind: WarmupReduceOnPlateau}, 3, 1, 400, nil, 0.1 / 3},
		{"stairs: flat", Schedule{Kind: WarmupReduceOnPlateau}, 299, 1, 400, nil, 0.1},
		{"stairs: first step down", Schedule{Kind: WarmupReduceOnPlateau}, 300, 1, 400, nil, 0.05},
		{"stairs: last", Schedule{Kind: WarmupReduceOnPlateau}, 399, 1, 400, nil, 0.1 / 1024},
		{"stairs: of five", Schedule{Kind: WarmupReduceOnPlateau}, 155, 1, 200, nil, 0.025},
		{"stairs: few epochs", Schedule{Kind: WarmupReduceOnPlateau}, 99, 1, 100, nil, 0.1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.s.Validate(); err != nil {
				t.Fatal(err)
			}
			if got := tt.s.Rate(0.1, tt.step, tt.per, tt.all, tt.losses); math.Abs(got-tt.want) > 1e-12 {
				t.Errorf("rate %v, want %v", got, tt.want)
			}
		})
	}
}

func TestScheduleValidate(t *testing.T) {
	for _, tt := range []struct {
		s    Schedule
		want []string
	}{
		{Schedule{Kind: ReduceOnPlateau, Factor: 1, Patience: -1, MinRate: -1}, []string{"Factor 1", "Patience -1", "MinRate -1"}},
		{Schedule{Kind: WarmupCosine, WarmupEpochs: -1, DecayFraction: 2, MinRate: math.NaN()}, []string{"WarmupEpochs -1", "DecayFraction 2", "MinRate NaN"}},
		{Schedule{Kind: "cosine"}, []string{`Kind "cosine"`}},
	} {
		err := tt.s.Validate()
		for _, want := range tt.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: the error does not name %s: %v", tt.s, want, err)
			}
		}
	}
}
