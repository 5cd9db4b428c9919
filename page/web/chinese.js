"use strict";
// Translates the module's sentences by rows of the command's table, as `src/cli/language/sentences.rs` does: English,
// a tab, Chinese. `forms.mjs` compares the two.
const translator = (table) => {
  const whole = new Map();
  const patterns = [];
  for (const row of table.split("\n")) {
    const [english, chinese] = row.split("\t");
    if (chinese && english.includes("{}")) patterns.push([english.split("{}"), chinese]);
    else if (chinese) whole.set(english, chinese);
  }
  const length = ([pieces]) => pieces.join("").length;
  patterns.sort((one, other) => length(other) - length(one));
  const quotes = (text) => text.split("`").length - 1;
  // The parts of a text, split at `joint` outside of backquotes.
  const parts = (text, joint, most) => {
    const found = [];
    for (const piece of text.split(joint)) {
      const last = found.length - 1;
      if (last < 0 || (quotes(found[last]) % 2 === 0 && found.length < most)) found.push(piece);
      else found[last] += joint + piece;
    }
    return found;
  };
  const values = (pieces, text) => {
    const last = pieces.length - 1;
    const end = text.length - pieces[last].length;
    if (!text.startsWith(pieces[0]) || !text.endsWith(pieces[last]) || pieces[0].length > end) return null;
    const found = [];
    let begin = pieces[0].length;
    for (let i = 1; i <= last; i++) {
      const to = i === last ? end : text.slice(0, end).indexOf(pieces[i], begin);
      if (to < begin) return null;
      const value = text.slice(begin, to);
      const before = pieces.slice(0, i);
      if (quotes(value) % 2 || (i < last && pieces[i].startsWith(": ") && parts(value, ": ", 2).length > 1)) return null;
      const kept = quotes(before.join("")) % 2 === 1 || (before[i - 1].endsWith("[") && pieces[i].startsWith("]"));
      found.push([value, kept]);
      begin = to + pieces[i].length;
    }
    const dates = pieces.join("{}") === "{} to {}";
    return dates && !found.every(([value]) => /^\d/.test(value)) ? null : found;
  };
  const translated = (text, depth) => {
    if (whole.has(text)) return whole.get(text);
    if (!depth) return null;
    for (const [pieces, chinese] of patterns) {
      const found = values(pieces, text);
      if (!found) continue;
      let next = 0;
      return chinese.replace(/\{(\d*)(、?)\}/g, (_, number, list) => {
        const place = number ? number - 1 : next;
        next = place + 1;
        const [value, kept] = found[place];
        return list ? value.replaceAll(", ", list) : (!kept && translated(value, depth - 1)) || value;
      });
    }
    const list = parts(text, "; ", Infinity);
    const named = list.length === 1 && /^`([^`]*)` (.*)$/s.exec(text);
    const predicate = named && translated(named[2], depth - 1);
    if (predicate) return `\`${named[1]}\` ${predicate}`;
    const [all, joint] = list.length > 1 ? [list, "；"] : [parts(text, ": ", 2), "："];
    const chinese = all.length > 1 ? all.map((part) => translated(part, depth - 1)) : [];
    return chinese.some(Boolean) ? all.map((part, i) => chinese[i] || part).join(joint) : null;
  };
  return (text) => (text.length > 8192 ? text : translated(text, 4) || text);
};
