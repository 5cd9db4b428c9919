"""Builds a single HTML file from the page and its WebAssembly module: `assemble.py MODULE PAGE [FZSTD]`.

FZSTD is the folder of the npm package fzstd, which decompresses Zstandard in the browser. With it and
PyPI's `zstandard` the page is 10 % smaller than with gzip, which browsers decompress themselves.
"""

import base64
import gzip
import pathlib
import re
import sys

try:
    import zstandard
except ImportError:
    zstandard = None

PAGE = pathlib.Path(__file__).resolve().parent
WEB = PAGE / "web"
TABLE = PAGE.parent / "src/cli/language/zh.tsv"


# The function `unpacked` of the page, for either compression.
ZSTANDARD = """/* fzstd, {licence} */
{fzstd}
const unpacked = async (data) => fzstd.decompress(data);"""
GZIP = """const unpacked = (data) =>
  new Response(new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();"""
# The best level, with a window of 4 MiB, larger than the module.
LEVEL, WINDOW = 22, 22


def packed(module, fzstd):
    """The compressed module, and the script that decompresses it."""
    if not zstandard or not fzstd:
        return gzip.compress(module, mtime=0), GZIP
    parameters = zstandard.ZstdCompressionParameters.from_level(LEVEL, window_log=WINDOW)
    licence = (fzstd / "LICENSE").read_text(encoding="utf-8")
    licence = ", ".join(line for line in licence.splitlines()[:3] if line)
    script = (fzstd / "umd/index.js").read_text(encoding="utf-8").strip()
    script = ZSTANDARD.format(licence=licence, fzstd=script)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(module), script


def contains(module, words):
    """Whether the module contains the words, in one or in two parts."""
    pairs = [(" ".join(words[:at]).encode(), " ".join(words[at:]).encode()) for at in range(len(words))]
    return not words or any(first in module and last in module for first, last in pairs)


def sentences(module):
    """The rows of the command's table whose English text the module contains."""
    rows = []
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        english, tab, _ = row.partition("\t")
        pieces = [piece.split() for piece in re.split(r"\{\}|: |; ", english)]
        if tab and not row.startswith("#") and all(contains(module, piece) for piece in pieces):
            rows.append(row)
    return "\n".join(rows)


def main():
    module, page, *fzstd = map(pathlib.Path, sys.argv[1:])
    module = module.read_bytes()
    data, unpack = packed(module, fzstd[0] if fzstd else None)
    parts = {
        "CHINESE": (WEB / "chinese.js").read_text(encoding="utf-8"),
        "SENTENCES": sentences(module),
        "STYLE": (WEB / "page.css").read_text(encoding="utf-8"),
        "SCRIPT": (WEB / "page.js").read_text(encoding="utf-8"),
        "UNPACK": unpack,
        "WASM": base64.b64encode(data).decode(),
    }
    text = (WEB / "page.html").read_text(encoding="utf-8")
    for name, part in parts.items():
        mark = f"/*{name}*/"
        if text.count(mark) != 1:
            sys.exit(f"page.html: expected {mark} once")
        text = text.replace(mark, part)
    page.write_text(text, encoding="utf-8")


main()
