import requests
s = requests.Session()
s.verify = False
