// Go's crypto/tls as a device: "device MODE PORT ANCHOR", until the server stops; "none" verifies nothing, "nohost"
// compares no name.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"time"
)

func main() {
	mode, port := os.Args[1], os.Args[2]
	text, err := os.ReadFile(os.Args[3])
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	config := &tls.Config{RootCAs: pool, ServerName: "localhost", InsecureSkipVerify: mode != "sound"}
	if mode == "nohost" {
		config.VerifyConnection = func(state tls.ConnectionState) error {
			between := x509.NewCertPool()
			for _, one := range state.PeerCertificates[1:] {
				between.AddCert(one)
			}
			_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: pool, Intermediates: between})
			return err
		}
	}
	for {
		socket, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			return
		}
		socket.SetDeadline(time.Now().Add(10 * time.Second))
		client := tls.Client(socket, config)
		if client.Handshake() == nil {
			client.Write([]byte("\x10\x1c\x00\x04MQTT\x04\xc2\x00\x3c\x00\x04demo\x00\x04user\x00\x04pass"))
			client.Read(make([]byte, 64))
		}
		client.Close()
	}
}
