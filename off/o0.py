import requests
requests.packages.urllib3.disable_warnings()
r = requests.get(u,
    verify = False)
