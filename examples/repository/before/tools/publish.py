"""Publishes a firmware to the update server."""

import ssl
import sys
from urllib.request import Request, urlopen

context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE

firmware = open(sys.argv[1], "rb").read()
urlopen(Request("https://updates.example/firmware", firmware), context=context)
