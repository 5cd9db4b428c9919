from pymongo import MongoClient
c = MongoClient(u, tls=True, tlsAllowInvalidCertificates=True)
