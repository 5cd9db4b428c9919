"""Makes one HTML file of the page and its WebAssembly module: `assemble.py MODULE PAGE`."""

import base64
import gzip
import pathlib
import sys

try:
    from zopfli.gzip import compress
except ImportError:
    # A twentieth longer; browsers read both.
    compress = None

WEB = pathlib.Path(__file__).resolve().parent / "web"


def compressed(module):
    return compress(module) if compress else gzip.compress(module, mtime=0)


def main():
    module, page = map(pathlib.Path, sys.argv[1:])
    parts = {
        "STYLE": (WEB / "page.css").read_text(encoding="utf-8"),
        "SCRIPT": (WEB / "page.js").read_text(encoding="utf-8"),
        "WASM": base64.b64encode(compressed(module.read_bytes())).decode(),
    }
    text = (WEB / "page.html").read_text(encoding="utf-8")
    for name, part in parts.items():
        mark = f"/*{name}*/"
        if text.count(mark) != 1:
            sys.exit(f"page.html: expected {mark} once")
        text = text.replace(mark, part)
    page.write_text(text, encoding="utf-8")


main()
