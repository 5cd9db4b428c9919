def get(url, ssl=False):
    pass
