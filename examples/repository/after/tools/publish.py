"""Publishes a firmware to the update server."""

import ssl
import sys
from urllib.request import Request, urlopen

context = ssl.create_default_context()

firmware = open(sys.argv[1], "rb").read()
urlopen(Request("https://updates.example/firmware", firmware), context=context)
