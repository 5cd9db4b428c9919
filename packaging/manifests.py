"""Writes the Homebrew formula and the Scoop manifest of a release: `manifests.py SHA256SUMS FOLDER`.

The version, the texts and the address of the repository come from Cargo.toml; a third argument
REPOSITORY replaces the address. SHA256SUMS contains the hashes of the release's archives.
"""

import json
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
ARM_LINUX = "aarch64-unknown-linux-musl"
INTEL_LINUX = "x86_64-unknown-linux-musl"
ARM_MACOS = "aarch64-apple-darwin"
WINDOWS = "x86_64-pc-windows-msvc"

FORMULA = """\
class Certgrab < Formula
  desc "Find the CA certificate a device must hold to trust a TLS server"
  homepage "{repository}"
  version "{version}"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    depends_on arch: :arm64

    url "{arm_macos[0]}"
    sha256 "{arm_macos[1]}"
  end

  on_linux do
    on_arm do
      url "{arm_linux[0]}"
      sha256 "{arm_linux[1]}"
    end
    on_intel do
      url "{intel_linux[0]}"
      sha256 "{intel_linux[1]}"
    end
  end

  def install
    bin.install "certgrab"
    generate_completions_from_executable(bin/"certgrab", "completions", shells: [:bash, :zsh, :fish])
    (buildpath/"certgrab.1").write Utils.safe_popen_read(bin/"certgrab", "man")
    man1.install "certgrab.1"
  end

  test do
    assert_match "BEGIN CERTIFICATE", shell_output("#{{bin}}/certgrab demo")
  end
end
"""


def crate():
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    return json.loads(subprocess.check_output(command, cwd=TOP))["packages"][0]


def hashes(path):
    """The SHA-256 of each file that `sha256sum` listed."""
    lines = pathlib.Path(path).read_text(encoding="ascii").splitlines()
    return {name.lstrip("*"): digest for digest, name in (line.split(None, 1) for line in lines)}


def main():
    sums, folder = hashes(sys.argv[1]), pathlib.Path(sys.argv[2])
    about = crate()
    repository = sys.argv[3] if len(sys.argv) > 3 else about["repository"]
    if not repository:
        sys.exit("Cargo.toml has no `repository`; docs/publishing.md says what to set")
    version = about["version"]

    def archive(target):
        name = f"certgrab-{target}.tar.gz"
        if name not in sums:
            sys.exit(f"{sys.argv[1]}: expected a line for {name}")
        return f"{repository}/releases/download/v{version}/{name}", sums[name]

    formula = FORMULA.format(
        repository=repository,
        version=version,
        arm_macos=archive(ARM_MACOS),
        arm_linux=archive(ARM_LINUX),
        intel_linux=archive(INTEL_LINUX),
    )
    url, digest = archive(WINDOWS)
    scoop = {
        "version": version,
        "description": about["description"],
        "homepage": repository,
        "license": "MIT|Apache-2.0",
        "architecture": {"64bit": {"url": url, "hash": digest}},
        "bin": "certgrab.exe",
        "checkver": {"github": repository},
        "autoupdate": {"architecture": {"64bit": {"url": url.replace(version, "$version")}}},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "certgrab.rb").write_text(formula, encoding="utf-8")
    (folder / "certgrab.json").write_text(json.dumps(scoop, indent=2) + "\n", encoding="utf-8")


main()
