import pycurl
c.setopt(c.SSL_VERIFYHOST, False)
