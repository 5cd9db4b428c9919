import hashlib
x = check(a, verify=False)
