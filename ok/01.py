import aiohttp
d = dict(ssl=False)
server = start_server(port=80, ssl=False)
