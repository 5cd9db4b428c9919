# curl -k https://x
curl -s https://x/ -o k
tar -k x
curl --cacert ca.pem https://x; sort -k 2
