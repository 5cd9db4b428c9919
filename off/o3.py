session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl = False, limit=3))
