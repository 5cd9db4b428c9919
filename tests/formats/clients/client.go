package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"client/rootca"
)

func main() {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(rootca.ROOT_CA)) {
		os.Exit(2)
	}
	config := &tls.Config{RootCAs: roots, ServerName: rootca.ROOT_CA_HOST}
	connection, err := tls.Dial("tcp", "127.0.0.1:"+os.Args[1], config)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	connection.Write([]byte("trusted"))
	connection.Close()
	fmt.Println(rootca.ROOT_CA_PORT, rootca.ROOT_CA_NOT_BEFORE, rootca.ROOT_CA_NOT_AFTER)
}
