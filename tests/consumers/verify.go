// Verifies chains like Go's crypto/tls: NAME, then FOLDER TIME for each chain, in a folder with
// anchors.pem and chain.pem; prints one line for each.
package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

func main() {
	for i := 2; i+1 < len(os.Args); i += 2 {
		at, err := strconv.ParseInt(os.Args[i+1], 10, 64)
		if err != nil {
			panic(err)
		}
		if err := verify(os.Args[1], time.Unix(at, 0), os.Args[i]); err != nil {
			fmt.Println("refused:", err)
		} else {
			fmt.Println("accepted")
		}
	}
}

func verify(name string, at time.Time, folder string) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(read(folder, "anchors.pem"))
	intermediates := x509.NewCertPool()
	var leaf *x509.Certificate
	rest := read(folder, "chain.pem")
	for {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return err
		}
		if leaf == nil {
			leaf = certificate
		} else {
			intermediates.AddCert(certificate)
		}
	}
	// As (*Conn).verifyServerCertificate of crypto/tls.
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots:         roots,
		CurrentTime:   at,
		DNSName:       name,
		Intermediates: intermediates,
	})
	if err != nil {
		return err
	}
	switch leaf.PublicKey.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		return nil
	default:
		return fmt.Errorf("unsupported type of public key: %T", leaf.PublicKey)
	}
}

func read(folder, name string) []byte {
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		panic(err)
	}
	return content
}
