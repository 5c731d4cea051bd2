package jupyter

import (
	"fmt"
	"os"
	"time"
)

// Interrupt asks the kernel to stop the code that it executes, in the way that
// its spec wants. It does not wait: the pending [Kernel.Execute] returns when
// the kernel has obeyed, if it does.
//
// Errors: those of sending; a signal on a platform that has none.
func (k *Kernel) Interrupt() error {
	if k.spec.InterruptMode == InterruptMessage {
		_, message, err := k.codec.request("interrupt_request", map[string]any{})
		if err != nil {
			return err
		}
		return k.send(k.control, message)
	}
	if err := signalGroup(k.cmd.Process.Pid, os.Interrupt); err != nil {
		return fmt.Errorf("kernel %s: interrupt: %w", k.spec.Name, err)
	}
	return nil
}

// Shutdown asks the kernel to end, waits as long as grace for it, and kills
// its process group otherwise. A grace of 0 kills at once. It is fine for
// a kernel that has died and may be called again.
//
// What the kernel started in groups of their own is the kernel's business.
func (k *Kernel) Shutdown(grace time.Duration) {
	k.down.Do(func() {
		if grace > 0 {
			if _, message, err := k.codec.request("shutdown_request", map[string]any{"restart": false}); err == nil {
				_ = k.send(k.control, message) // the kill comes in any case
			}
			select {
			case <-k.exited:
			case <-time.After(grace):
			}
		}
		k.kill()
		k.close()
	})
}

// kill ends what is left of the process group and waits for the process.
func (k *Kernel) kill() {
	killGroup(k.cmd)
	<-k.exited
}

// Done is closed when the kernel's process has ended.
func (k *Kernel) Done() <-chan struct{} { return k.exited }
