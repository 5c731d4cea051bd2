package jupyter

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// connection is the connection file: where the kernel listens, and the key of
// the signatures.
type connection struct {
	Transport       string `json:"transport"`
	IP              string `json:"ip"`
	ShellPort       int    `json:"shell_port"`
	IOPubPort       int    `json:"iopub_port"`
	StdinPort       int    `json:"stdin_port"`
	ControlPort     int    `json:"control_port"`
	HeartbeatPort   int    `json:"hb_port"`
	SignatureScheme string `json:"signature_scheme"`
	Key             string `json:"key"`
	KernelName      string `json:"kernel_name"`
}

// newConnection picks five free ports of the loopback address and a new key.
// The ports are free at this moment; the protocol has no way of handing them
// over open.
func newConnection(kernel string) (connection, error) {
	c := connection{Transport: "tcp", IP: "127.0.0.1", SignatureScheme: "hmac-sha256", Key: randomHex(32), KernelName: kernel}
	for _, port := range []*int{&c.ShellPort, &c.IOPubPort, &c.StdinPort, &c.ControlPort, &c.HeartbeatPort} {
		l, err := net.Listen("tcp", net.JoinHostPort(c.IP, "0"))
		if err != nil {
			return c, fmt.Errorf("no free port: %w", err)
		}
		// Closed only when all five are chosen, so that none is chosen twice.
		defer l.Close()
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return c, nil
}

// KernelID is the id of a kernel at its Jupyter server, by the name of its
// connection file: kernel-<id>.json, as jupyter_client names it. "" for another
// name, such as one that a person has given.
func KernelID(connectionFile string) string {
	id, ok := strings.CutPrefix(filepath.Base(connectionFile), "kernel-")
	if id, json := strings.CutSuffix(id, ".json"); ok && json {
		return id
	}
	return ""
}

// write puts the file kernel-<hex>.json into dir, for the user's eyes only:
// who reads the key can run code in the kernel. GoNB takes its id from the
// name of the file.
func (c connection) write(dir string) (string, error) {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "kernel-"+randomHex(16)+".json")
	return path, os.WriteFile(path, text, 0o600)
}

func (c connection) address(port int) string {
	return fmt.Sprintf("%s://%s:%d", c.Transport, c.IP, port)
}

// randomHex returns n random bytes as 2n hexadecimal digits.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
