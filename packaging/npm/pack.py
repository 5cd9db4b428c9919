"""Packs the npm packages: `pack.py FOLDER PLATFORM=BINARY...` writes their .tgz files to FOLDER.

`pack.py --platforms` prints each platform with the wheel that contains its binary. A platform is one of PLATFORMS,
by Node's name. The main package contains the launcher. Its optional dependencies are the packages of all
platforms, of which npm installs the matching one. All packages have the version of Cargo.toml and are
published together.
"""

import gzip
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

from deflate import gzipped  # noqa: E402, from the folder above
from without_unwinding import blanked  # noqa: E402

SCOPE = "@certgrab"
# A release has a wheel for each platform. Its binary is built for size; those for Linux are static.
PLATFORMS = {
    "linux-x64": "musllinux*x86_64",
    "linux-arm64": "musllinux*aarch64",
    "darwin-arm64": "macosx*arm64",
    "win32-x64": "win_amd64",
}


def crate():
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    return json.loads(subprocess.check_output(command, cwd=TOP))["packages"][0]


def facts(crate):
    """The metadata that all packages share."""
    facts = {key: crate[key] for key in ("version", "description", "license", "keywords")}
    if crate["repository"]:
        facts["repository"] = {"type": "git", "url": f"git+{crate['repository']}.git"}
    return facts


def main_package(folder, crate):
    (folder / "bin").mkdir()
    shutil.copy(HERE / "certgrab.js", folder / "bin")
    (folder / "bin/certgrab.js").chmod(0o755)
    shutil.copy(TOP / "README.md", folder)
    return {
        "name": "certgrab",
        **facts(crate),
        "bin": {"certgrab": "bin/certgrab.js"},
        "engines": {"node": ">=18"},
        "optionalDependencies": {f"{SCOPE}/{name}": crate["version"] for name in PLATFORMS},
    }


def platform_package(folder, crate, platform, binary):
    name = "certgrab.exe" if platform.startswith("win32") else "certgrab"
    (folder / name).write_bytes(blanked(pathlib.Path(binary).read_bytes()))
    (folder / name).chmod(0o755)
    system, processor = platform.split("-")
    return {
        "name": f"{SCOPE}/{platform}",
        **facts(crate),
        "os": [system],
        "cpu": [processor],
        # Some package managers keep packages zipped, and a binary cannot run from an archive.
        "preferUnplugged": True,
    }


def pack(out, fill, *details):
    """Packs the folder that `fill` fills. npm packs the whole folder."""
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        package = fill(folder, *details)
        for licence in TOP.glob("LICENSE-*"):
            shutil.copy(licence, folder)
        (folder / "package.json").write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8")
        # The full path, because on Windows npm is a script with another extension.
        npm = shutil.which("npm") or sys.exit("npm is not installed")
        subprocess.check_call([npm, "pack", "--silent", "--pack-destination", str(out)], cwd=folder)


def main():
    if sys.argv[1:] == ["--platforms"]:
        return print(*(" ".join(pair) for pair in PLATFORMS.items()), sep="\n")
    out = pathlib.Path(sys.argv[1]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    about = crate()
    binaries = dict(argument.split("=", 1) for argument in sys.argv[2:])
    unknown = sorted(set(binaries) - set(PLATFORMS))
    if unknown:
        sys.exit(f"expected a platform of {', '.join(PLATFORMS)}; found {', '.join(unknown)}")
    pack(out, main_package, about)
    for platform, binary in binaries.items():
        pack(out, platform_package, about, platform, pathlib.Path(binary).resolve())
    # Recompress the packages, because npm compresses them poorly.
    for package in out.glob("certgrab-*.tgz"):
        package.write_bytes(gzipped(gzip.decompress(package.read_bytes())))


main()
