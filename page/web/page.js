"use strict";
// Text from a certificate, a file or the module is inserted as text, never as markup.
const TEXTS = {
  en: {
    title: "Which certificate must my device hold?",
    intro: "Paste or drop what you exported from a browser's certificate viewer (.pem, .cer, .crt, .p7b), the output of `openssl s_client -showcerts`, or the header of your firmware. Nothing leaves this page.",
    server: "Server (host:port)", at: "Verify as of", paste: "Certificates", open: "Open files…", clear: "Clear",
    own: "My own CA", roots: "CA certificates of your own, after comparing their fingerprints with the owner",
    footer: "certgrab verifies with the rules of rustls-webpki and of each TLS stack, as measured on the real libraries. This page opens no connection: it cannot tell whether a server holds the key of its certificate.",
    anchor: "Embed this certificate", given: "The certificates that you gave", path: "From the root to the server", why: "why", lasts: "lasts", found: "found in",
    stacks: "What each TLS stack does with the chain and this anchor", stack: "TLS stack", verdict: "verdict", reason: "why, and what to change",
    connects: "connects", refuses: "refuses", unknown: "not known", form: "Form for the device", format: "Format", copy: "Copy", copied: "Copied", download: "Download",
    timeline: "Validity", certificate: "certificate", problems: "Problems of the files", hint: "What to do", files: "Files", key: "key", names: "names",
  },
  zh: {
    title: "设备需要内置哪个证书？",
    intro: "把浏览器证书查看器导出的文件（.pem、.cer、.crt、.p7b）、`openssl s_client -showcerts` 的输出或固件的头文件粘贴或拖放到这里。任何内容都不会离开本页。",
    server: "服务器（主机:端口）", at: "验证时间", paste: "证书", open: "打开文件…", clear: "清空",
    own: "我自己的 CA", roots: "自己的 CA 证书（请先与其所有者核对指纹）",
    footer: "certgrab 按 rustls-webpki 以及各 TLS 库的规则验证，这些规则都在真实的库上测量过。本页不建立任何连接，因此无法判断服务器是否持有证书的私钥。",
    anchor: "请内置这个信任锚（根证书）", given: "您给出的证书", path: "从根证书到服务器", why: "原因", lasts: "可用至", found: "来源",
    stacks: "各 TLS 库使用此信任锚能否连接", stack: "TLS 库", verdict: "结论", reason: "原因与修改方法",
    connects: "能连接", refuses: "拒绝", unknown: "未知", form: "设备所需的格式", format: "格式", copy: "复制", copied: "已复制", download: "下载",
    timeline: "有效期", certificate: "证书", problems: "文件中的问题", hint: "处理方法", files: "文件", key: "密钥", names: "名称",
  },
};
const ENDINGS = { rust: "rs", "rust-der": "rs", "rust-anchor": "rs", "rust-esp-idf": "rs", pem: "pem", cer: "cer", der: "der", p7b: "p7b", python: "py", micropython: "py", circuitpython: "py", go: "go", esphome: "yaml", java: "p12", "java-jks": "jks", "esp-idf-txt": "pem", zephyr: "inc" };
const at = (id) => document.getElementById(id);
const bytes = (base64) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
const base64 = (data) => {
  let text = "";
  for (let i = 0; i < data.length; i += 32768) text += String.fromCharCode(...data.subarray(i, i + 32768));
  return btoa(text);
};
const encoded = (text) => new TextEncoder().encode(text);
const ready = unpacked(bytes(WASM)).then((module) => WebAssembly.instantiate(module, {})).then((made) => made.instance.exports);
let language = (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
let dropped = [];
let chosen = "arduino";
let last = null;

const make = (name, properties = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) element[key] = value;
  element.append(...children.filter((child) => child !== null));
  return element;
};
const say = (key) => TEXTS[language][key];
const inChinese = translator(at("sentences").textContent);
// Translates a sentence of the module.
const sentence = (text) => (language === "zh" ? inChinese(text) : text);
// Shows text in backquotes as code.
const prose = (text) => text.split("`").map((part, i) => (i % 2 ? make("code", { textContent: part }) : part));

const ask = async (request) => {
  const module = await ready;
  const data = encoded(JSON.stringify(request));
  const place = module.input(data.length);
  new Uint8Array(module.memory.buffer, place, data.length).set(data);
  const length = module.judge();
  const answer = new Uint8Array(module.memory.buffer, module.output(), length);
  return JSON.parse(new TextDecoder().decode(answer));
};

const short = (text) => (text.length > 90 ? text.slice(0, 89) + "…" : text);
const day = (time) => time.slice(0, 10);

const tree = (path) => {
  const [first, ...rest] = path;
  const facts = `${say("key")} ${first.key} · ${day(first.not_before)} – ${day(first.not_after)}` + (first.names ? ` · ${say("names")} ${first.names}` : "");
  const item = make("li", {}, make("span", { textContent: short(first.subject), title: first.subject }), make("small", { textContent: facts }));
  if (rest.length) item.append(make("ul", {}, ...tree(rest)));
  return [item];
};

const timeline = (certificates, today) => {
  const times = certificates.flatMap((one) => [Date.parse(one.not_before), Date.parse(one.not_after)]).filter(Number.isFinite);
  const [from, to] = [Math.min(...times, today), Math.max(...times, today)];
  const share = (time) => `${Math.max(0, Math.min(100, ((time - from) / (to - from || 1)) * 100))}%`;
  const rows = certificates.map((one) => {
    const bar = make("span", { className: "bar" });
    const line = make("i");
    line.style.left = share(Date.parse(one.not_before));
    line.style.right = `calc(100% - ${share(Date.parse(one.not_after))})`;
    const now = make("b");
    now.style.left = share(today);
    bar.append(line, now);
    return make("tr", {}, make("th", { scope: "row", textContent: short(one.subject) }), make("td", { textContent: `${day(one.not_before)} – ${day(one.not_after)}` }), make("td", {}, bar));
  });
  return make("table", { id: "timeline" }, make("caption", { textContent: say("timeline"), hidden: true }), make("tbody", {}, ...rows));
};

const stackTable = (stacks) => {
  const head = make("tr", {}, ...["stack", "verdict", "reason"].map((key) => make("th", { scope: "col", textContent: say(key) })));
  // Stacks that refuse come first.
  const order = ["refuses", "unknown", "connects"];
  const sorted = [...stacks].sort((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict));
  const rows = sorted.map((one) =>
    make("tr", {}, make("th", { scope: "row", textContent: sentence(one.title) }), make("td", { className: one.verdict, textContent: say(one.verdict) }), make("td", {}, ...prose([one.why, one.change].filter(Boolean).map(sentence).join(language === "zh" ? "；" : "; ")))));
  return make("div", { className: "scroll" }, make("table", { id: "stacks" }, make("thead", {}, head), make("tbody", {}, ...rows)));
};

const forms = (all) => {
  const select = make("select", { id: "form-choice" });
  for (const one of all) select.append(make("option", { value: one.name, textContent: `${one.name} — ${sentence(one.reader)}` }));
  if (!all.some((one) => one.name === chosen)) chosen = all[0].name;
  select.value = chosen;
  const text = make("pre", { id: "content", tabIndex: 0 });
  const copy = make("button", { type: "button", id: "copy", textContent: say("copy") });
  const download = make("button", { type: "button", id: "download", textContent: say("download") });
  const show = () => {
    chosen = select.value;
    const one = all.find((form) => form.name === chosen);
    text.textContent = one.content;
    copy.textContent = say("copy");
    copy.disabled = !one.is_text;
  };
  select.addEventListener("change", show);
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      // A page opened from a file may not be allowed to use the clipboard API: select and copy the text.
      getSelection().selectAllChildren(text);
      document.execCommand("copy");
    }
    copy.textContent = say("copied");
  });
  download.addEventListener("click", () => {
    const one = all.find((form) => form.name === chosen);
    const url = URL.createObjectURL(new Blob([one.is_text ? one.content : bytes(one.content)]));
    make("a", { href: url, download: `root_ca.${ENDINGS[one.name] ?? (one.is_text ? "h" : "bin")}` }).click();
    URL.revokeObjectURL(url);
  });
  show();
  return make("section", {}, make("h2", { textContent: say("form") }), make("p", {}, make("label", {}, make("span", { textContent: say("format") }), select), copy, " ", download), text);
};

const show = (answer) => {
  last = answer;
  const result = at("result");
  result.replaceChildren();
  if (answer.error) {
    result.append(make("p", { className: "error", id: "error" }, ...prose(sentence(answer.error.message))));
    if (answer.error.hint) result.append(make("p", { id: "hint" }, `${say("hint")}${language === "zh" ? "：" : ": "}`, ...prose(sentence(answer.error.hint))));
  }
  if (answer.anchor) {
    const list = make("dl", {}, ...[["why", answer.anchor.why], ["lasts", answer.anchor.lasts], ["found", answer.anchor.found_in]].flatMap(([key, value]) => [make("dt", { textContent: say(key) }), make("dd", { textContent: sentence(value) })]));
    result.append(make("h2", { textContent: say("anchor") }), make("p", { className: answer.anchor.proven ? "ok" : "unknown", id: "anchor", textContent: answer.anchor.subject }), make("p", { className: "sha", textContent: `SHA-256 ${answer.anchor.sha256}` }), list);
  }
  if (answer.forms.length) result.append(forms(answer.forms));
  if (answer.path.length) result.append(make("h2", { textContent: say("path") }), make("ul", { className: "tree" }, ...tree(answer.path)));
  const shown = answer.path.length ? answer.path : answer.certificates;
  if (shown.length) result.append(make("h2", { textContent: say("timeline") }), timeline(shown, Date.parse(time())));
  if (answer.stacks.length) result.append(make("h2", { textContent: say("stacks") }), stackTable(answer.stacks));
  if (answer.findings.length) result.append(make("h2", { textContent: say("problems") }), make("ul", {}, ...answer.findings.map((text) => make("li", {}, ...prose(sentence(text))))));
};

// The entered date, or the browser's clock.
const time = () => (at("at").value ? `${at("at").value}T12:00:00Z` : new Date().toISOString().slice(0, 19) + "Z");

// Converts a host name to A-labels: the browser has the IDNA tables, the module does not.
const ascii = (target) =>
  target.replace(/[^\s/:@[\]?#]*[^\x00-\x7f][^\s/:@[\]?#]*/, (host) => {
    try {
      return new URL(`https://${host}`).hostname;
    } catch {
      return host;
    }
  });

let turn = 0;
const judge = async () => {
  const text = at("text").value;
  const given = [...dropped];
  if (text.trim()) given.push({ name: "", content: base64(encoded(text)) });
  const roots = at("roots").value.trim() ? [{ name: "", content: base64(encoded(at("roots").value)) }] : [];
  const mine = ++turn;
  if (!given.length) return at("result").replaceChildren();
  const answer = await ask({ given, roots, target: ascii(at("target").value), at: time() });
  if (mine === turn) show(answer);
};

const take = async (files) => {
  for (const file of files) dropped.push({ name: file.name, content: base64(new Uint8Array(await file.arrayBuffer())) });
  at("dropped").textContent = dropped.length ? `${say("files")}: ${dropped.map((one) => one.name).join(", ")}` : "";
  await judge();
};

const speak = (chosenLanguage) => {
  language = chosenLanguage;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = `certgrab: ${say("title")}`;
  for (const element of document.querySelectorAll("[data-text]")) element.replaceChildren(...prose(say(element.dataset.text)));
  for (const one of ["en", "zh"]) at(one).setAttribute("aria-pressed", String(one === language));
  if (last) show(last);
};

for (const id of ["text", "target", "at", "roots"]) at(id).addEventListener("input", judge);
at("form").addEventListener("submit", (event) => event.preventDefault());
at("files").addEventListener("change", (event) => take(event.target.files));
at("clear").addEventListener("click", () => {
  dropped = [];
  last = null;
  for (const id of ["text", "target", "roots", "dropped"]) at(id).value = at(id).textContent = "";
  at("result").replaceChildren();
});
addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("over"); });
addEventListener("dragleave", () => document.body.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  take(event.dataTransfer.files);
});
at("en").addEventListener("click", () => speak("en"));
at("zh").addEventListener("click", () => speak("zh"));
speak(language);
