"""Makes one HTML file of the page and its WebAssembly module: `assemble.py MODULE PAGE`."""

import base64
import gzip
import pathlib
import re
import sys

try:
    from zopfli.gzip import compress
except ImportError:
    # A twentieth longer; browsers read both.
    compress = None

PAGE = pathlib.Path(__file__).resolve().parent
WEB = PAGE / "web"
TABLE = PAGE.parent / "src/cli/language/zh.tsv"


def compressed(module):
    return compress(module) if compress else gzip.compress(module, mtime=0)


def is_said(words, module):
    """Whether the words stand in the module in a row, or in two parts."""
    pairs = [(" ".join(words[:at]).encode(), " ".join(words[at:]).encode()) for at in range(len(words))]
    return not words or any(first in module and last in module for first, last in pairs)


def sentences(module):
    """The rows of the command's table whose English the module can say."""
    rows = []
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        english, tab, _ = row.partition("\t")
        pieces = [piece.split() for piece in re.split(r"\{\}|: |; ", english)]
        if tab and not row.startswith("#") and all(is_said(piece, module) for piece in pieces):
            rows.append(row)
    return "\n".join(rows)


def main():
    module, page = map(pathlib.Path, sys.argv[1:])
    module = module.read_bytes()
    parts = {
        "CHINESE": (WEB / "chinese.js").read_text(encoding="utf-8"),
        "SENTENCES": sentences(module),
        "STYLE": (WEB / "page.css").read_text(encoding="utf-8"),
        "SCRIPT": (WEB / "page.js").read_text(encoding="utf-8"),
        "WASM": base64.b64encode(compressed(module)).decode(),
    }
    text = (WEB / "page.html").read_text(encoding="utf-8")
    for name, part in parts.items():
        mark = f"/*{name}*/"
        if text.count(mark) != 1:
            sys.exit(f"page.html: expected {mark} once")
        text = text.replace(mark, part)
    page.write_text(text, encoding="utf-8")


main()
