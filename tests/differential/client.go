// Go's crypto/tls as a client with a pool of only the anchors: "client PORT" judges each line
// "ID HOST CHAIN KEY ANCHOR", as of 2026-06-01.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

var today = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		job := strings.Split(lines.Text(), "\t")
		fmt.Printf("%s\t%s\n", job[0], strings.Join(strings.Fields(judge(job)), " "))
	}
}

func judge(job []string) string {
	pool := x509.NewCertPool()
	text, err := os.ReadFile(job[4])
	if err != nil {
		return "anchor " + err.Error()
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		anchor, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return "anchor " + err.Error()
		}
		pool.AddCert(anchor)
	}
	socket, err := net.Dial("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	defer socket.Close()
	socket.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprintf(socket, "%s\t%s\t%s\n", job[1], job[2], job[3])
	answer := make([]byte, 1)
	if _, err := socket.Read(answer); err != nil || answer[0] != '+' {
		return "unserved"
	}
	config := &tls.Config{RootCAs: pool, ServerName: job[1], Time: func() time.Time { return today }}
	if err := tls.Client(socket, config).Handshake(); err != nil {
		return err.Error()
	}
	return "ok"
}
