import ssl
ws = websockets.connect(u, ssl=ssl._create_unverified_context())
