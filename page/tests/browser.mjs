// Tests the page in a real browser: `browser.mjs PAGE CHROMIUM MODULES [FOLDER FOR SCREENSHOTS]`. MODULES
// contains playwright-core.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [page, executablePath, modules, screenshots] = process.argv.slice(2);
const { chromium } = createRequire(`${path.resolve(modules)}/`)("playwright-core");
const plant = new URL("../../tests/data/plant/", import.meta.url).pathname;
const [chain, root] = ["chain.pem", "root.pem"].map((name) => fs.readFileSync(path.join(plant, name), "utf8"));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const expect = (condition, message) => {
  if (!condition) throw new Error(message);
};

const open = async (options) => {
  const context = await browser.newContext({ viewport: { width: 1100, height: 1400 }, ...options });
  const tab = await context.newPage();
  const requests = [];
  tab.on("request", (request) => request.url().startsWith("file:") || request.url().startsWith("blob:") || request.url().startsWith("data:") || requests.push(request.url()));
  tab.on("pageerror", (error) => { throw error; });
  await tab.goto(`file://${path.resolve(page)}`);
  return { tab, requests };
};
const shoot = async (tab, name) => screenshots && tab.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });

// The texts of the result that contain two English words in a row, without names and code.
const english = (tab) =>
  tab.evaluate(() => {
    const texts = [...document.querySelectorAll("#result :is(p, dt, dd, li, td, th, h2, button)")];
    const prose = texts.map((one) => one.textContent.replace(/`[^`]*`/g, ""));
    return prose.filter((text) => /(^|[\s：；，])[a-z]{2,} [a-z]{2,}($|[\s：；，])/.test(text));
  });

for (const [locale, colorScheme, anchor] of [["en-US", "light", "Embed this certificate"], ["zh-CN", "dark", "请内置这个信任锚（根证书）"]]) {
  const { tab, requests } = await open({ locale, colorScheme });
  await tab.fill("#at", "2026-11-22");
  await tab.fill("#target", "broker.example:8883");
  await tab.fill("#text", chain);
  await tab.waitForSelector("#error");
  expect((await tab.textContent("#error")).includes("Plant Root CA"), "the missing root is named");
  if (locale === "zh-CN") expect((await english(tab)).length === 0, `English in Chinese: ${await english(tab)}`);
  await tab.click("summary");
  await tab.fill("#roots", root);
  await tab.waitForSelector("#anchor");
  expect((await tab.textContent("#result")).includes(anchor), `${locale}: the heading of the anchor`);
  expect((await tab.textContent("#anchor")).includes("Plant Root CA"), "the anchor");
  if (locale === "zh-CN") expect((await english(tab)).length === 0, `English in Chinese: ${await english(tab)}`);
  expect((await tab.locator("#stacks tbody tr").count()) > 20, "a row for each TLS stack");
  await tab.selectOption("#form-choice", "rust");
  expect((await tab.textContent("#content")).includes("pub const"), "Rust constants");
  await tab.click("#copy");
  expect(!(await tab.isDisabled("#copy")), "text can be copied");
  const saved = tab.waitForEvent("download");
  await tab.selectOption("#form-choice", "der");
  await tab.click("#download");
  expect((await saved).suggestedFilename() === "root_ca.der", "the file's name");
  await shoot(tab, locale);
  await tab.click(locale === "en-US" ? "#zh" : "#en");
  expect((await tab.getAttribute("html", "lang")) === (locale === "en-US" ? "zh-CN" : "en"), "the other language");
  // The fields can be reached with the keyboard.
  await tab.focus("#target");
  await tab.keyboard.press("Tab");
  expect((await tab.evaluate(() => document.activeElement.id)) === "at", "the order of the fields");
  expect(requests.length === 0, `no connection is opened: ${requests}`);
}

// On a phone nothing is wider than the screen, and no column is so narrow that words are broken.
{
  const { tab } = await open({ locale: "en-US", viewport: { width: 390, height: 800 } });
  await tab.fill("#at", "2026-11-22");
  await tab.fill("#target", "broker.example:8883");
  await tab.click("summary");
  await tab.fill("#roots", root);
  await tab.fill("#text", chain);
  await tab.waitForSelector("#anchor");
  const narrowest = await tab.evaluate(() => Math.min(...[...document.querySelectorAll("tbody th")].map((one) => one.clientWidth)));
  expect(narrowest > 200, `a name in ${narrowest} pixels on a phone`);
  expect(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "wider than a phone");
  await shoot(tab, "phone");
}

// A dropped file, and markup in pasted text.
const { tab } = await open({ locale: "en-US" });
await tab.fill("#at", "2026-11-22");
await tab.setInputFiles("#files", path.join(plant, "root.pem"));
await tab.waitForSelector("#anchor");
await tab.fill("#target", "<img src=x onerror=document.title='owned'>");
await tab.fill("#text", `${chain}\n<script>document.title='owned'</script>`);
await tab.waitForTimeout(300);
expect((await tab.locator("img, #result script").count()) === 0, "markup stays text");
expect(!(await tab.title()).includes("owned"), "nothing of it runs");
expect((await tab.evaluate(() => ascii("mqtts://bücher.example:8883"))) === "mqtts://xn--bcher-kva.example:8883", "a name of Unicode");
const started = await tab.evaluate(async () => {
  at("target").value = "broker.example:8883";
  const begin = performance.now();
  await judge();
  return performance.now() - begin;
});
console.log(`the page works in a browser; from paste to constant in ${started.toFixed(0)} ms`);
await browser.close();
