import aiohttp
async def f():
    s = aiohttp.ClientSession(connector=aiohttp.TCPConnector(verify_ssl=False))
