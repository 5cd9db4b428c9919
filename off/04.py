import httpx
httpx.get("https://x", verify=False)
