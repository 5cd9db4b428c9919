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


def sentences(module):
    """The rows of the command's table whose English the module can say: all of its words stand in there."""
    rows = []
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        english, tab, _ = row.partition("\t")
        words = [words.strip() for words in re.split(r"\{\}|: |; ", english) if len(words.strip()) > 2]
        if tab and not row.startswith("#") and all(words.encode() in module for words in words):
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
