curl -o out https://x # -k
echo "use curl -k"
