#!/usr/bin/env node
// Runs the binary of the package for this platform, and exits with its exit code or signal.
"use strict";
const { spawn } = require("node:child_process");

const platform = `${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "certgrab.exe" : "certgrab";
// The exit code for an internal error, the same as in the command.
const INTERNAL_ERROR = 70;

function fail(message, hint) {
  process.stderr.write(`certgrab: error: ${message}\ncertgrab: hint: ${hint}\n`);
  process.exit(INTERNAL_ERROR);
}

let binary;
try {
  binary = require.resolve(`@certgrab/${platform}/${file}`);
} catch {
  fail(
    `the package @certgrab/${platform} is not installed`,
    "install without `--omit=optional`, or build certgrab from its source with cargo",
  );
}
const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => fail(`cannot run ${binary}: ${error.message}`, "install the package again"));
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
