import aiohttp
async def f(s):
    async with s.get("https://x/", ssl=False) as r:
        pass
