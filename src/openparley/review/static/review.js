// The desk: queue, text and form held together, every act sent at once and shown as done only when it is on disk.

import { atPeace, complain, element, get, post, say } from "./api.js";
import { ask, isOpen, labelled } from "./dialog.js";
import { EntryForm } from "./form.js";
import { followRuns } from "./run.js";
import { TextPane } from "./text.js";

const byId = (id) => document.getElementById(id);
const blind = document.body.dataset.blind === "yes";
const readOnly = document.body.dataset.readOnly === "yes";
const list = byId("list");
const pane = new TextPane(byId("text"), location.hash === "#marks" ? { marks: true } : {});
const { kinds, actors } = await get("/api/fields");
const form = new EntryForm(byId("form"), kinds, keepDraft);
byId("actors").append(...Object.entries(actors).map(([id, name]) => element("option", { value: id }, name)));

let rows = []; // the queue as it was asked for, decided entries staying in their place
let current = null;
let entry = null; // the one in the form, with values and history
let busy = false;
let refreshResult = () => {};

const visible = () => rows.filter((row) => !row.node.hidden);

// What was typed and not yet saved stays with this tab, also when it is loaded again; it is dropped when the entry has changed since.
const draftOf = (id) => `draft ${location.pathname} ${document.title} ${id}`;

function keepDraft(dirty) {
  byId("accept").firstChild.textContent = dirty ? "Save " : "Accept ";
  if (dirty) sessionStorage.setItem(draftOf(entry.id), JSON.stringify({ seen: entry.seen, changes: form.changes() }));
  else sessionStorage.removeItem(draftOf(entry.id));
}

function findDraft() {
  const draft = JSON.parse(sessionStorage.getItem(draftOf(entry.id)) ?? "null");
  if (!draft || readOnly) return;
  if (draft.seen === entry.seen) form.restore(draft.changes);
  else sessionStorage.removeItem(draftOf(entry.id));
}

// --- the queue

async function loadQueue(keep = null) {
  const [found, state] = await Promise.all([get("/api/queue", { order: byId("order").value, show: byId("show").value }), get("/api/state")]);
  rows = found.map((row) => ({ ...row, node: null }));
  list.replaceChildren(...rows.map((row) => drawRow(row)));
  filter();
  count(state.counts);
  const wanted = visible().find((row) => row.id === keep) ?? visible()[0];
  if (wanted) await choose(wanted.id);
  else nothing();
}

function drawRow(row) {
  const sure = row.confidence === null ? "" : row.confidence.toFixed(2);
  const decided = row.state !== "proposed";
  const button = element(
    "button",
    { type: "button", class: row.state, "data-entry": row.id, "aria-current": row.id === current ? "true" : false },
    element("span", { class: "top" }, element("b", {}, row.id), `${row.kind} ${row.label}`, element("i", {}, decided ? mark(row.state) : sure)),
    element("span", { class: "say", dir: "auto" }, row.paraphrase),
    decided && row.effect ? element("span", { class: "top" }, row.effect) : null,
  );
  button.addEventListener("click", () => choose(row.id));
  const node = element("li", {}, button);
  row.node?.replaceWith(node);
  node.hidden = row.node?.hidden ?? false;
  row.node = node;
  return node;
}

const mark = (state) => ({ accepted: "✓ accepted", edited: "✓ edited", rejected: "✗ rejected" })[state] ?? "";

function filter() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) {
    const said = `${row.id} ${row.kind} ${row.label} ${row.source} ${row.state} ${row.paraphrase}`.toLowerCase();
    row.node.hidden = !words.every((word) => said.includes(word));
  }
}

function count(counts) {
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0);
  byId("progress").textContent = `${all - counts.proposed} of ${all} decided`;
}

async function choose(id) {
  current = id;
  for (const button of list.querySelectorAll('button[aria-current="true"]')) button.removeAttribute("aria-current");
  const row = rows.find((one) => one.id === id);
  row?.node?.firstChild.setAttribute("aria-current", "true");
  row?.node?.scrollIntoView({ block: "nearest" });
  try {
    const found = await get(`/api/entry/${encodeURIComponent(id)}`);
    if (current !== id) return; // another one was chosen meanwhile
    entry = found;
    if (pane.id !== entry.source) {
      const source = await get(`/api/source/${encodeURIComponent(entry.source)}`);
      if (current !== id) return;
      showSource(source);
    }
    pane.focus(id);
    showEntry();
  } catch (problem) {
    complain(problem);
  }
}

function showSource(source) {
  byId("text-title").textContent = `Source ${source.id}`;
  const facts = [source.outlet, source.published ?? "no date", source.title, source.reliability ? `reliability ${source.reliability}` : "not graded"];
  byId("meta").textContent = facts.filter(Boolean).join(" · ");
  byId("meta").title = byId("meta").textContent;
  byId("create").disabled = readOnly || source.text === null;
  pane.show(source);
}

function showEntry() {
  byId("form-title").textContent = `${entry.id} ${entry.kind}`;
  const coder = entry.values.coder;
  const by = coder ? `${coder.name}${coder.rule ? `, ${coder.rule}` : ""}${coder.confidence === null ? "" : `, ${coder.confidence.toFixed(2)}`}` : "by hand";
  byId("state").textContent = `${entry.state} · coded ${by}`;
  form.show(entry.kind, entry.values, { disabled: readOnly });
  byId("form").append(...extras());
  byId("form").scrollTop = 0;
  findDraft();
  byId("accept").firstChild.textContent = form.dirty() ? "Save " : "Accept ";
  for (const id of ["accept", "edit", "reject", "split", "merge", "undo"]) byId(id).disabled = readOnly;
}

// What is beside the form's own fields: the grade, which is an act of its own, and what was done so far.
function extras() {
  const grade = element("select", { id: "grade", class: "apart", disabled: readOnly || blind }, element("option", { value: "" }, "no grade"), byId("credibility").content.cloneNode(true));
  grade.value = entry.credibility ?? "";
  grade.addEventListener("input", (event) => event.stopPropagation());
  grade.addEventListener("change", () => credible(grade.value));
  const parts = blind ? [] : [element("label", { for: "grade", class: "apart", title: "Of what is said, whoever says it; the source is graded on the page Sources" }, "Credibility"), grade];
  if (entry.effect && entry.state !== "proposed") parts.push(element("p", { class: "soft span2" }, `${entry.id} ${entry.effect}.`));
  if (entry.history.length) {
    const acts = entry.history.map((act) => actLine(act, () => undo(act.id)));
    parts.push(element("details", { class: "span2" }, element("summary", {}, `History (${entry.history.length})`), element("ol", {}, ...acts)));
  }
  return parts;
}

// One act in words, with a button that takes it back where that can be.
function actLine(act, back, named = false) {
  const what = act.act === "undo" ? `undid ${act.undoes}` : act.act;
  const gone = act.holds || act.act === "undo" ? "" : " (undone)";
  const line = element("li", {}, `${act.id} ${act.by}: ${what}${named ? ` ${act.entry}` : ""}${act.reason ? ` – ${act.reason}` : ""}${gone} `);
  if (!readOnly && (act.holds || act.act === "undo")) {
    const button = element("button", { type: "button", "aria-label": `Undo ${act.id}` }, "undo");
    button.addEventListener("click", back);
    line.append(button);
  }
  return line;
}

async function history() {
  const acts = (await get("/api/history")).slice(0, 100);
  const lines = acts.map((act) => actLine(act, () => byId("dialog").close() || undo(act.id), true));
  const shown = lines.length ? element("ol", { class: "history", tabindex: "0" }, ...lines) : element("p", {}, "Nobody has done anything yet.");
  await ask("The last acts, newest first", [shown], () => true, { only: true, done: "Close" });
}

function nothing() {
  current = null;
  entry = null;
  form.clear();
  byId("form-title").textContent = rows.length ? "Nothing matches" : "The queue is empty";
  byId("state").textContent = "";
  for (const id of ["accept", "edit", "reject", "split", "merge"]) byId(id).disabled = true;
}

// --- acts

// Send one act; whatever the page shows as done afterwards is on disk.
async function act(path, body, done) {
  if (busy || readOnly) return null;
  busy = true;
  document.body.setAttribute("aria-busy", "true");
  try {
    const answer = await post(path, body);
    atPeace();
    count(answer.counts);
    refreshResult();
    for (const changed of answer.entries) {
      const row = rows.find((one) => one.id === changed.id);
      if (row) {
        Object.assign(row, changed);
        drawRow(row);
      }
      pane.refresh(changed.id, changed.state);
    }
    say(done(answer));
    return answer;
  } catch (problem) {
    complain(problem);
    if (problem.status === 409 && entry) await choose(entry.id);
    return null;
  } finally {
    busy = false;
    document.body.removeAttribute("aria-busy");
  }
}

// The next open entry after this one, wrapping round; the next of any state where none is open.
function next(open = true) {
  const there = visible();
  const at = there.findIndex((row) => row.id === current);
  const after = [...there.slice(at + 1), ...there.slice(0, Math.max(0, at))];
  const found = open ? after.find((row) => row.state === "proposed") : there[at + 1];
  return found?.id ?? null;
}

async function goOn() {
  const id = next() ?? current;
  if (id) await choose(id);
}

async function accept() {
  if (!entry) return;
  const changes = form.changes();
  const dirty = Object.keys(changes).length > 0;
  const id = entry.id;
  const done = await act(dirty ? "/api/edit" : "/api/accept", { entry: id, seen: entry.seen, ...(dirty ? { changes } : {}) }, () => `${id} ${dirty ? "edited and accepted" : "accepted"}.`);
  if (done) {
    if (document.activeElement?.closest("#form")) document.activeElement.blur();
    await goOn();
  }
}

async function reject() {
  if (!entry) return;
  const { id, seen } = entry;
  const why = element("input", { list: "reasons", required: true, maxlength: 2000, autocomplete: "off" });
  const reason = await ask(`Reject ${id}`, [labelled("Why? It is kept with the act.", why)], () => why.value.trim(), { done: "Reject", focus: why });
  if (reason && (await act("/api/reject", { entry: id, seen, reason }, () => `${id} rejected: ${reason}.`))) await goOn();
}

async function undo(which = null) {
  const answer = await act("/api/undo", which ? { act: which } : {}, ({ acts }) => `Undone: ${acts.map((one) => one.undoes).join(", ")}.`);
  if (!answer) return;
  const id = answer.acts.at(-1).entry;
  if (rows.some((row) => row.id === id)) await choose(id);
  else await loadQueue(current);
}

async function credible(digit) {
  const { id, seen } = entry;
  if (await act("/api/grade/entry", { entry: id, seen, credibility: digit || null }, () => `${id}: ${digit ? `credibility ${digit}` : "no grade"}.`)) await choose(id);
}

async function create() {
  if (readOnly || pane.id === null || !pane.text) return;
  const chosen = pane.selection();
  const words = element("textarea", { rows: 2, dir: "auto", required: true });
  const place = element("select", {});
  const kind = element("select", {}, ...Object.keys(kinds).map((name) => element("option", { value: name }, name)));
  const fields = element("div", { class: "fields" });
  const inner = new EntryForm(element("form"), kinds);
  words.value = chosen?.words ?? "";
  words.readOnly = Boolean(chosen);
  const places = () => (chosen ? [{ ...chosen, near: chosen.words }] : pane.find(words.value));
  const draw = () => {
    const found = places();
    place.replaceChildren(...found.map((one, i) => element("option", { value: i }, `${one.start}–${one.end}: …${one.near.replace(/\s+/g, " ").slice(0, 70)}…`)));
    words.setCustomValidity(found.length ? "" : "These words do not stand in the text exactly so.");
  };
  const drawKind = () => {
    const author = entry?.source === pane.id ? { attributed_to: entry.values.attributed_to, attribution: entry.values.attribution } : {};
    inner.show(kind.value, author);
    fields.replaceChildren(...inner.inputs.map((one) => labelled(`${one.field.label}${one.field.required ? " (needed)" : ""}`, one.box)));
  };
  words.addEventListener("input", draw);
  kind.addEventListener("change", drawKind);
  draw();
  drawKind();
  const parts = [labelled(chosen ? "The words chosen" : "The exact words (or select them in the text first)", words), labelled("Where they stand", place), labelled("Kind", kind), fields];
  const read = () => ({ ...places()[Number(place.value)], kind: kind.value, values: inner.values() });
  let made = null;
  while (!made) {
    const found = await ask(`New entry in ${pane.id}`, parts, read, { done: "Create and accept", focus: chosen ? kind : words });
    if (!found) return;
    atPeace();
    const { start, end, kind: name, values } = found;
    made = await act("/api/create", { source: pane.id, start, end, kind: name, values }, ({ acts }) => `${acts.at(-1).entry} created.`);
  }
  await showMade(made);
}

// New entries are not in the queue as it was asked for: it is asked for anew, and the text with it.
async function showMade(answer) {
  const id = answer.acts.find((one) => one.act === "create").entry;
  pane.id = null;
  if (byId("show").value === "open") byId("show").value = "all";
  await loadQueue(id);
}

async function split() {
  if (!entry) return;
  const { id, seen, start, end, values } = entry;
  const words = pane.words(start, end);
  if (!words) return complain({ messages: ["The text is not here, so nothing can be split."] });
  // stops between words, in code points from the start of the span
  const stops = [...words.matchAll(/\s+/g)].map((gap) => ({ before: [...words.slice(0, gap.index)].length, after: [...words.slice(0, gap.index + gap[0].length)].length })).filter((gap) => gap.before > 0 && gap.after < end - start);
  if (!stops.length) return complain({ messages: [`${id} is on a single word and cannot be split.`] });
  const slider = element("input", { type: "range", min: 0, max: stops.length - 1, value: Math.floor(stops.length / 2), step: 1 });
  const halves = [element("blockquote", { dir: "auto" }), element("blockquote", { dir: "auto" })];
  const ours = [0, 1].map(() => element("textarea", { rows: 2, required: true, maxlength: 300, dir: "auto" }));
  ours.forEach((box) => (box.value = values.paraphrase));
  const parts = () => {
    const cut = stops[Number(slider.value)];
    return [
      { start, end: start + cut.before },
      { start: start + cut.after, end },
    ];
  };
  const draw = () => {
    parts().forEach((part, i) => (halves[i].textContent = pane.words(part.start, part.end)));
    slider.setAttribute("aria-valuetext", `after: ${halves[0].textContent.split(/\s+/).slice(-3).join(" ")}`);
  };
  slider.addEventListener("input", draw);
  draw();
  const content = [labelled("Where to cut: arrow keys move the cut from word to word", slider), halves[0], labelled("First, in our words", ours[0]), halves[1], labelled("Second, in our words", ours[1])];
  const found = await ask(`Split ${id}`, content, () => parts().map((part, i) => ({ ...part, values: { paraphrase: ours[i].value.trim() } })), { done: "Split", focus: slider });
  if (!found) return;
  const answer = await act("/api/split", { entry: id, seen, parts: found }, ({ acts }) => `${id} split into ${acts.filter((one) => one.act === "create").map((one) => one.entry).join(" and ")}.`);
  if (answer) await showMade(answer);
}

async function merge() {
  if (!entry) return;
  const { id, seen, source, kind, start, end, values } = entry;
  const all = await get("/api/queue", { order: "date", show: "all" });
  const distance = (row) => Math.max(0, row.start - end, start - row.end);
  const near = all.filter((row) => row.id !== id && row.source === source && row.kind === kind && row.state !== "rejected").sort((a, b) => distance(a) - distance(b)).slice(0, 8);
  if (!near.length) return complain({ messages: [`There is no other ${kind} in ${source} to merge ${id} with.`] });
  const choices = near.map((row, i) => element("input", { type: "radio", name: "other", value: i, checked: i === 0 }));
  const ours = element("textarea", { rows: 2, required: true, maxlength: 300, dir: "auto" });
  ours.value = values.paraphrase;
  const content = [...near.map((row, i) => element("label", {}, choices[i], ` ${row.id} ${row.label}: ${row.paraphrase}`)), labelled("Both, in our words", ours)];
  const found = await ask(`Merge ${id} with`, content, () => ({ other: near[choices.findIndex((one) => one.checked)], paraphrase: ours.value.trim() }), { done: "Merge", focus: choices[0] });
  if (!found) return;
  const body = { entries: [id, found.other.id], seen: { [id]: seen, [found.other.id]: found.other.seen }, values: { paraphrase: found.paraphrase } };
  const answer = await act("/api/merge", body, ({ acts }) => `${id} and ${found.other.id} merged into ${acts.find((one) => one.act === "create").entry}.`);
  if (answer) await showMade(answer);
}

const keys = {
  a: ["accept, or save what was changed", accept],
  e: ["edit: go into the form; Escape leaves it, Ctrl+Enter saves", () => form.focus()],
  r: ["reject, with a reason", reject],
  s: ["split", split],
  m: ["merge with another entry", merge],
  u: ["undo the last act; again for the one before", () => undo()],
  j: ["next entry", () => step(1)],
  k: ["previous entry", () => step(-1)],
  h: ["history: the last acts of all, each to be undone", history],
  c: ["create an entry of the words selected, or of words typed", create],
  "/": ["filter the queue", () => byId("filter").focus()],
  "?": ["this list", help],
};
for (const digit of "123456") keys[digit] = ["", () => !blind && entry && credible(digit)];

function help() {
  const shown = Object.entries(keys).filter(([, [what]]) => what);
  const items = shown.flatMap(([key, [what]]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, what)]);
  if (!blind) items.push(element("dt", {}, element("kbd", {}, "1"), "–", element("kbd", {}, "6")), element("dd", {}, "grade the credibility of the entry"));
  items.push(element("dt", {}, element("kbd", {}, "Ctrl+Enter")), element("dd", {}, "agree, in the form and in every dialog"));
  return ask("Keys", [element("dl", {}, ...items)], () => true, { only: true });
}

async function step(by) {
  const there = visible();
  const at = there.findIndex((row) => row.id === current);
  const to = there[at + by];
  if (to) await choose(to.id);
}

document.addEventListener("keydown", (event) => {
  if (isOpen() || event.ctrlKey || event.metaKey || event.altKey) {
    if (!isOpen() && event.key === "Enter" && event.target.closest("#form")) accept();
    return;
  }
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && typing) return typing.blur();
  if (typing) return;
  const found = keys[event.key];
  if (!found) return;
  event.preventDefault();
  found[1]();
});

for (const [id, run] of Object.entries({ accept, reject, split, merge, create, help, edit: () => form.focus(), undo: () => undo() })) {
  // the selection in the text outlives the click
  byId(id).addEventListener("mousedown", (event) => event.preventDefault());
  byId(id).addEventListener("click", () => run());
}
for (const id of ["order", "show"]) byId(id).addEventListener("change", () => loadQueue(current));
byId("filter").addEventListener("input", filter);
byId("text").addEventListener("choose", (event) => choose(event.detail));

try {
  await loadQueue();
  if (!blind) refreshResult = await followRuns(() => loadQueue(current));
} catch (problem) {
  complain(problem);
}
document.body.dataset.ready = "yes";
