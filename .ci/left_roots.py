"""Write tests/data/roots/left-mozilla.pem: the roots that left Mozilla's TLS store.

Usage: .ci/left_roots.py FOLDER

FOLDER holds the releases of certifi, which packages that store since 2011, as pip downloads them:
    pip download --no-deps --dest FOLDER certifi==VERSION
The days of the releases come from PyPI. Afterwards run
    CERTGRAB_BLESS=1 cargo test the_table_of_roots_that_left
"""

import base64
import hashlib
import json
import re
import sys
import tarfile
import textwrap
import urllib.request
import zipfile
from pathlib import Path

OUTPUT = Path(__file__).parent.parent / "tests/data/roots/left-mozilla.pem"
BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.S)


def element(der, start):
    """The bounds of the contents of the DER element at `start`."""
    length, at = der[start + 1], start + 2
    if length & 0x80:
        count = length & 0x7F
        length, at = int.from_bytes(der[at : at + count], "big"), at + count
    return at, at + length


def anchor(der):
    """Subject and key, which are what makes an anchor (RFC 5280 section 6.1.1 d)."""
    start, _ = element(der, element(der, 0)[0])
    parts = []
    if der[start] == 0xA0:  # the version, which X.509 version 1 leaves out
        start = element(der, start)[1]
    for _ in range(6):  # serial number, signature, issuer, validity, subject, key
        end = element(der, start)[1]
        parts.append(der[start:end])
        start = end
    return parts[4] + parts[5]


def bundle(path):
    """The cacert.pem of a release."""
    if path.suffix == ".whl":
        return zipfile.ZipFile(path).read("certifi/cacert.pem")
    with tarfile.open(path) as archive:
        stores = [member for member in archive if member.name.endswith("/certifi/cacert.pem")]
        return archive.extractfile(stores[0]).read()


def releases(folder):
    """Day and bundle of each release in `folder`, oldest first."""
    with urllib.request.urlopen("https://pypi.org/pypi/certifi/json") as answer:
        known = json.load(answer)["releases"].values()
    days = {file["filename"]: file["upload_time"] for files in known for file in files}
    paths = sorted(folder.iterdir(), key=lambda path: days[path.name])
    return [(days[path.name][:10], bundle(path)) for path in paths]


def main():
    roots, held = {}, set()
    for day, pem in releases(Path(sys.argv[1])):
        held = {base64.b64decode(block) for block in BLOCK.findall(pem)}
        for der in held:
            roots.setdefault(der, {})["last"] = day
            roots[der].pop("gone", None)
        for der, root in roots.items():
            if der not in held:
                root.setdefault("gone", day)
    # A certificate that was replaced by another one of the same name and key is still an anchor.
    anchors = {anchor(der) for der in held}
    left = [(root["last"], root["gone"], der) for der, root in roots.items() if "gone" in root]
    left = [one for one in left if anchor(one[2]) not in anchors]
    left.sort(key=lambda one: (one[:2], hashlib.sha256(one[2]).digest()))
    with OUTPUT.open("w", encoding="ascii") as out:
        for last, gone, der in left:
            text = textwrap.fill(base64.b64encode(der).decode(), 64)
            out.write(f"Last in certifi: {last}\nGone in certifi: {gone}\n")
            out.write(f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")


main()
