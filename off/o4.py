import pycurl
c.setopt(pycurl.SSL_VERIFYPEER, 0)
