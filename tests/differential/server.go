// A server that presents any chain: "server" prints its port, and reads from each connection, before TLS, a
// line "HOST CHAIN KEY", answers "+" and serves a handshake with that chain, whatever is in it. It forwards
// keys that Go does not support, and hosts that it refuses, to the server at the port in its argument.
package main

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		socket, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go serve(socket)
	}
}

func serve(socket net.Conn) {
	defer socket.Close()
	socket.SetDeadline(time.Now().Add(20 * time.Second))
	// One octet at a time, as what follows is TLS.
	line, err := bufio.NewReaderSize(octets{socket}, 16).ReadString('\n')
	if err != nil {
		return
	}
	wish := strings.Split(strings.TrimSpace(line), "\t")
	key := privateKey(wish[2])
	if key == nil || strings.HasSuffix(wish[0], ".") {
		pass(socket, line)
		return
	}
	io.WriteString(socket, "+")
	config := &tls.Config{
		MinVersion:   tls.VersionTLS12,
		MaxVersion:   newest(key),
		Certificates: []tls.Certificate{{Certificate: blocks(wish[1]), PrivateKey: key}},
	}
	connection := tls.Server(socket, config)
	if connection.Handshake() == nil {
		// Until the client has finished reading.
		connection.Read(make([]byte, 1))
	}
}

// octets reads one octet at a time.
type octets struct{ from io.Reader }

func (one octets) Read(to []byte) (int, error) { return one.from.Read(to[:1]) }

func pass(socket net.Conn, line string) {
	if len(os.Args) < 2 {
		io.WriteString(socket, "-")
		return
	}
	other, err := net.Dial("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		io.WriteString(socket, "-")
		return
	}
	defer other.Close()
	io.WriteString(other, line)
	go func() {
		io.Copy(other, socket)
		other.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(socket, other)
}

func blocks(path string) [][]byte {
	text, _ := os.ReadFile(path)
	var all [][]byte
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		all = append(all, block.Bytes)
	}
	return all
}

func privateKey(path string) crypto.PrivateKey {
	all := blocks(path)
	if len(all) == 0 {
		return nil
	}
	key, err := x509.ParsePKCS8PrivateKey(all[0])
	if err != nil {
		return nil
	}
	// Go reads P-224 keys but does not use them in TLS.
	if named, ok := key.(interface{ Public() crypto.PublicKey }); ok && !usable(named.Public()) {
		return nil
	}
	return key
}

func usable(key crypto.PublicKey) bool {
	if curve, ok := key.(*ecdsa.PublicKey); ok {
		return curve.Curve != elliptic.P224()
	}
	return true
}

// newest is TLS 1.2 for RSA keys that are too short for RSASSA-PSS with SHA-256, which TLS 1.3 requires.
func newest(key crypto.PrivateKey) uint16 {
	if long, ok := key.(*rsa.PrivateKey); ok && long.N.BitLen() < 8*(32+32+2) {
		return tls.VersionTLS12
	}
	return tls.VersionTLS13
}
