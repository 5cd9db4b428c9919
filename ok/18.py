import requests
requests.get(u, verify="ca.pem")
