import requests
requests.post("https://x", json={}, verify=False)
