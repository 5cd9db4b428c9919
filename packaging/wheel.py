"""Repacks wheels with better compression and without the unwind tables of their programs: `wheel.py WHEEL...`."""

import base64
import hashlib
import pathlib
import sys
import zipfile

import deflate
from without_unwinding import blanked


def recorded(name, data):
    """The line of RECORD for a file (PEP 376, PEP 427)."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def main():
    for path in map(pathlib.Path, sys.argv[1:]):
        with zipfile.ZipFile(path) as wheel:
            files = [(info, blanked(wheel.read(info))) for info in wheel.infolist()]
        record = ""
        with deflate.in_archives(), zipfile.ZipFile(path, "w") as wheel:
            for info, data in files:
                # RECORD is the last file of a wheel. It does not contain its own hash.
                if info.filename.endswith(".dist-info/RECORD"):
                    data = record + f"{info.filename},,\n"
                else:
                    record += recorded(info.filename, data)
                wheel.writestr(info, data, zipfile.ZIP_DEFLATED, 9)


main()
