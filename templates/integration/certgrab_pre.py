# Generates the constants of certgrab.toml from their locks before PlatformIO compiles. Offline.
#
# platformio.ini:
#   extra_scripts = pre:certgrab_pre.py
import os
import subprocess
import sys

Import("env")  # noqa: F821, PlatformIO defines it

project = env.subst("$PROJECT_DIR")  # noqa: F821
manifest = os.path.join(project, "certgrab.toml")
command = ["certgrab", "sync", "--locked", "--quiet", "--manifest", manifest]
try:
    code = subprocess.run(command, cwd=project).returncode
except FileNotFoundError:
    sys.stderr.write("certgrab is not installed; install it with @INSTALL@\n")
    code = 1
if code != 0:
    env.Exit(code)  # noqa: F821
