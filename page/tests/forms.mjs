// Tests that the page and the command write the same files: `forms.mjs MODULE CERTGRAB`.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const [module, certgrab] = process.argv.slice(2);
const { exports: page } = (await WebAssembly.instantiate(fs.readFileSync(module), {})).instance;
const plant = new URL("../../tests/data/plant/", import.meta.url).pathname;
const [chain, root] = ["chain.pem", "root.pem"].map((name) => path.join(plant, name));

const ask = (request) => {
  const data = new TextEncoder().encode(JSON.stringify(request));
  const place = page.input(data.length);
  new Uint8Array(page.memory.buffer, place, data.length).set(data);
  const length = page.judge();
  return JSON.parse(new TextDecoder().decode(new Uint8Array(page.memory.buffer, page.output(), length)));
};
const given = (file) => [{ name: "", content: fs.readFileSync(file).toString("base64") }];
// The page does not write the command to regenerate the file, and names the source differently. The checksum covers
// both.
const comparable = (text) =>
  text
    .split("\n")
    .filter((line) => !/Regenerate|Refresh it|[Cc]hecksum: [0-9a-f]{16}|found in:|^Source: |^Options: |^.{0,4}Options/.test(line))
    .join("\n");

const target = "broker.example:8883";
const answer = ask({ given: given(chain), roots: given(root), target, at: "2026-11-22T00:00:00Z" });
if (answer.error || answer.anchor?.sha256 !== "4dd8c50731c83e0bf89686edf5aca50986fb3a551054c18dce1d65e7345f5f73") {
  throw new Error(`expected the plant's root, found ${JSON.stringify(answer.error ?? answer.anchor)}`);
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "certgrab-page-"));
let equal = 0;
for (const form of answer.forms) {
  const file = path.join(folder, form.name);
  const words = [target, "--from", chain, "--roots", root, "--at", "2026-11-22", "--emit", `${form.name}=${file}`, "-q"];
  if (form.name === "json") continue;
  execFileSync(certgrab, words);
  const [found, expected] = form.is_text
    ? [comparable(form.content), comparable(fs.readFileSync(file, "utf8"))]
    : [form.content, fs.readFileSync(file).toString("base64")];
  // A Java truststore does not contain its creation time, so its bytes are equal too.
  if (found !== expected) throw new Error(`${form.name}: expected\n${expected}\nfound\n${found}`);
  equal += 1;
}
fs.rmSync(folder, { recursive: true });
// Each format is an indented line under the devices of its group.
const listed = execFileSync(certgrab, ["formats"], { encoding: "utf8" }).split("\n");
const count = listed.filter((line) => /^ {2}\S/.test(line)).length;
if (count === 0) throw new Error("`certgrab formats` lists nothing");
if (equal < count - 2) throw new Error(`expected at least ${count - 2} of ${count} forms, found ${equal}`);
for (const [request, word] of [
  [{ given: [{ name: "", content: btoa("hello") }], target: "", at: "2026-11-22T00:00:00Z" }, "no certificate found"],
  [{ given: given(chain), target, at: "2026-11-22T00:00:00Z" }, "Mozilla"],
  [{ given: given(chain), roots: given(root), target: "other.example", at: "2026-11-22T00:00:00Z" }, "other.example"],
  [{ given: given(chain), roots: given(root), target, at: "2060-01-01T00:00:00Z" }, "expired"],
]) {
  const message = ask(request).error?.message ?? "no error";
  if (!message.includes(word)) throw new Error(`expected a message with ${word}, found ${message}`);
}
// The page translates sentences to Chinese like the command.
const source = (place) => fs.readFileSync(new URL(`../../${place}`, import.meta.url), "utf8");
const inChinese = new Function(`${source("page/web/chinese.js")}; return translator;`)()(source("src/cli/language/zh.tsv"));
for (const words of [["--at", "2026-11-22"], ["--roots", root, "--at", "2060-01-01"], ["--roots", root, "--at", "2023-01-01"]]) {
  const run = (language) => spawnSync(certgrab, [target, "--from", chain, ...words, "--lang", language], { encoding: "utf8" });
  const [english, expected] = ["en", "zh"].map((language) => run(language).stderr.split("\n").filter(Boolean));
  const found = english.map((line) => {
    const [, word, text] = /^certgrab: (\w+:) (.*)$/.exec(line);
    return `certgrab: ${inChinese(word)} ${inChinese(text)}`;
  });
  if (String(found) !== String(expected) || String(found) === String(english)) throw new Error(`expected\n${expected}\nfound\n${found}`);
}
for (const one of answer.stacks) {
  for (const text of [one.why, one.change].filter(Boolean)) {
    if (inChinese(text) === text) throw new Error(`no Chinese for: ${text}`);
  }
}
const alone = ask({ given: given(root), target: "", at: "2026-11-22T00:00:00Z" });
if (alone.anchor?.proven !== false || alone.forms.length < count / 2) throw new Error("a root alone is converted");
console.log(`${equal} forms of the page are the same as the command's`);
