import aiohttp
r = await session.post(url, data=d, ssl=False)
