curl -o k -H k https://x
curl -okay https://x
curl -H "x -k" https://x
echo curl -k
grep -k x; tar -k
curl https://x | sort -k 2
