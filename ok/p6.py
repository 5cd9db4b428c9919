async def f(session):
    def get(url, ssl=False): pass
    start_server(ssl=False)
