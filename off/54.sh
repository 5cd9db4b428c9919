mosquitto_pub -h h -p 8883 --cafile ca.pem --insecure -t a -m b
