"""Runs the README's `console` examples with an installed certgrab: `readme_commands.py CERTGRAB...`.

CERTGRAB is the command with its first arguments. Each example has to print what the README shows.
"""

import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
# The README has three at least; fewer say that they were not found.
MIN_EXAMPLES = 3


def main():
    text = (TOP / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```console\n\$ certgrab (.*)\n((?s:.*?))^```$", text, re.MULTILINE)
    if len(examples) < MIN_EXAMPLES:
        sys.exit(f"README.md: expected {MIN_EXAMPLES} console examples, found {len(examples)}")
    for arguments, expected in examples:
        ran = subprocess.run(
            [*sys.argv[1:], *arguments.split()], cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        found = ran.stdout.decode()
        if found != expected:
            sys.exit(f"certgrab {arguments}\nexpected:\n{expected}\nfound (exit {ran.returncode}):\n{found}")
    print(f"{len(examples)} commands of the README print what it shows")


main()
