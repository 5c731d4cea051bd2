//go:build unix

package supervisor

import (
	"fmt"
	"time"

	"github.com/puncta-bio/puncta/kernel/spawn"
)

// NoticeVariable is the environment variable with a sentence that the engine
// tells the next caller.
const NoticeVariable = "PUNCTA_ENGINE_NOTICE"

// keeper keeps an engine running.
type keeper struct {
	listener *spawn.Listener
	opts     spawn.Options
	quit     chan struct{}
	done     chan struct{}
}

// pause is waited before an engine that ended soon after its start is replaced,
// so that one that cannot start does not keep the machine busy.
const pause = 2 * time.Second

// keep starts an engine and replaces it whenever it ends, until stop.
func keep(l *spawn.Listener, o spawn.Options) (*keeper, error) {
	p, err := l.Start(o)
	if err != nil {
		return nil, err
	}
	k := &keeper{listener: l, opts: o, quit: make(chan struct{}), done: make(chan struct{})}
	go k.run(p)
	return k, nil
}

func (k *keeper) run(p *spawn.Process) {
	defer close(k.done)
	for started := time.Now(); ; started = time.Now() {
		select {
		case <-k.quit:
			p.Stop()
			return
		case <-p.Done():
		}
		notice := fmt.Sprintf("the engine had ended (%v) and was started again: what it held in memory is gone", p.Err())
		fmt.Fprintln(k.opts.Stderr, "puncta: "+notice)
		if time.Since(started) < pause {
			select {
			case <-k.quit:
				return
			case <-time.After(pause):
			}
		}
		o := k.opts
		o.Env = append(o.Env[:len(o.Env):len(o.Env)], NoticeVariable+"="+notice)
		next, err := k.listener.Start(o)
		if err != nil {
			fmt.Fprintln(k.opts.Stderr, "puncta: "+err.Error())
			<-k.quit
			return
		}
		p = next
	}
}

func (k *keeper) stop() {
	close(k.quit)
	<-k.done
}
