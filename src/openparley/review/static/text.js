// The text of a source as text, paragraph by paragraph, with spans drawn over it that may overlap.

import { element } from "./api.js";
import { Offsets, below } from "./offsets.js";

const LANES = 3;
const drawn = ["open-0", "open-1", "open-2", "done-0", "done-1", "done-2", "struck", "inner", "current"];

export class TextPane {
  constructor(box, { marks = !("highlights" in CSS) } = {}) {
    this.box = box;
    this.marks = marks;
    this.id = null;
    this.spans = [];
    this.text = "";
    this.current = null;
    box.addEventListener("click", (event) => this.#click(event));
  }

  show(source) {
    this.id = source.id;
    this.text = source.text ?? "";
    this.offsets = new Offsets(this.text);
    this.starts = [];
    this.blocks = [];
    const all = document.createDocumentFragment();
    if (source.text === null) {
      all.append(element("p", { class: "soft" }, "The text is not in the case; only offsets and hashes are known. Put it into texts/ to see the words."));
    }
    let at = 0;
    for (const line of source.text === null ? [] : this.text.split("\n")) {
      const block = element("p", { dir: "auto" }, line);
      this.starts.push(at);
      this.blocks.push(block);
      all.append(block);
      at += line.length + 1;
    }
    this.box.replaceChildren(all);
    this.setSpans(source.spans);
  }

  setSpans(spans) {
    this.spans = spans
      .map((span) => ({ ...span, from: this.offsets.units(span.start), to: this.offsets.units(span.end) }))
      .filter((span) => span.to <= this.text.length)
      .sort((a, b) => a.from - b.from || b.to - a.to);
    const ends = [];
    for (const span of this.spans) {
      // the first lane that is free here, so that what overlaps differs in shade
      let lane = ends.findIndex((end) => end <= span.from);
      if (lane < 0) lane = ends.length < LANES ? ends.length : LANES - 1;
      ends[lane] = span.inner ? (ends[lane] ?? 0) : span.to;
      span.lane = lane;
    }
    this.#paint();
  }

  // Mark an entry's own span as the one looked at, and bring it into view.
  focus(entry) {
    this.current = entry;
    const own = this.spans.find((span) => span.entry === entry && !span.inner);
    if (this.marks) this.#paint();
    else {
      const ranges = own ? [this.range(own.from, own.to)] : [];
      CSS.highlights.set("current", named(ranges, 10));
    }
    if (own) this.#reveal(own);
  }

  refresh(entry, state) {
    let changed = false;
    for (const span of this.spans) {
      if (span.entry === entry && span.state !== state) {
        span.state = state;
        changed = true;
      }
    }
    if (changed) this.#paint();
  }

  // What is selected, in code points; null if nothing in the text is.
  selection() {
    const selected = getSelection();
    if (!selected.rangeCount || selected.isCollapsed) return null;
    const range = selected.getRangeAt(0);
    if (!this.box.contains(range.startContainer) || !this.box.contains(range.endContainer)) return null;
    let from = this.unit(range.startContainer, range.startOffset);
    let to = this.unit(range.endContainer, range.endOffset);
    while (from < to && /\s/.test(this.text[from])) from++;
    while (to > from && /\s/.test(this.text[to - 1])) to--;
    return from < to ? { start: this.offsets.points(from), end: this.offsets.points(to), words: this.text.slice(from, to) } : null;
  }

  // Every place where exactly these words stand.
  find(words) {
    const found = [];
    for (let at = words ? this.text.indexOf(words) : -1; at >= 0; at = this.text.indexOf(words, at + 1)) {
      found.push({ start: this.offsets.points(at), end: this.offsets.points(at + words.length), near: this.text.slice(Math.max(0, at - 40), at + words.length + 40) });
    }
    return found;
  }

  words(start, end) {
    return this.text.slice(this.offsets.units(start), this.offsets.units(end));
  }

  unit(node, offset) {
    const block = node === this.box ? null : (node.nodeType === 1 ? node : node.parentElement).closest("p");
    if (!block) return offset < this.starts.length ? this.starts[offset] : this.text.length;
    const index = this.blocks.indexOf(block);
    const before = document.createRange();
    before.setStart(block, 0);
    before.setEnd(node, offset);
    return this.starts[index] + before.toString().length;
  }

  range(from, to) {
    const [first, start] = this.#place(from);
    const [last, end] = this.#place(to);
    return new StaticRange({ startContainer: first, startOffset: start, endContainer: last, endOffset: end });
  }

  #place(unit) {
    const index = Math.max(0, below(this.starts, unit + 1) - 1);
    const block = this.blocks[index];
    return block.firstChild ? [block.firstChild, Math.min(unit - this.starts[index], block.firstChild.length)] : [block, 0];
  }

  #style(span) {
    if (span.inner) return "inner";
    if (span.state === "rejected") return "struck";
    return `${span.state === "proposed" ? "open" : "done"}-${span.lane}`;
  }

  #paint() {
    if (this.marks) return this.#paintMarks();
    const groups = Object.fromEntries(drawn.map((name) => [name, []]));
    for (const span of this.spans) groups[this.#style(span)].push(this.range(span.from, span.to));
    const own = this.spans.find((span) => span.entry === this.current && !span.inner);
    if (own) groups.current.push(this.range(own.from, own.to));
    drawn.forEach((name, priority) => CSS.highlights.set(name, named(groups[name], priority)));
  }

  // For browsers without highlights: every stretch between two ends of spans becomes one mark with the classes of all that cover it.
  #paintMarks() {
    this.blocks.forEach((block, index) => {
      const start = this.starts[index];
      const end = index + 1 < this.starts.length ? this.starts[index + 1] - 1 : this.text.length;
      const here = this.spans.filter((span) => span.from < end && span.to > start);
      const cuts = [...new Set([start, end, ...here.flatMap((span) => [Math.max(start, span.from), Math.min(end, span.to)])])].sort((a, b) => a - b);
      const parts = [];
      for (let i = 0; i + 1 < cuts.length; i++) {
        const words = this.text.slice(cuts[i], cuts[i + 1]);
        const over = here.filter((span) => span.from <= cuts[i] && span.to >= cuts[i + 1]);
        const classes = over.map((span) => (span.entry === this.current && !span.inner ? "current" : this.#style(span)));
        parts.push(over.length ? element("mark", { class: [...new Set(classes)].join(" ") }, words) : words);
      }
      block.replaceChildren(...parts);
    });
  }

  #reveal(span) {
    const index = Math.max(0, below(this.starts, span.from + 1) - 1);
    this.blocks[index].scrollIntoView({ block: "nearest" });
    const range = document.createRange();
    if (!this.marks) {
      const [node, offset] = this.#place(span.from);
      range.setStart(node, offset);
      range.setEnd(node, Math.min(offset + 1, node.length ?? 0));
    } else range.selectNodeContents(this.blocks[index].querySelector("mark.current") ?? this.blocks[index]);
    const place = range.getBoundingClientRect();
    const view = this.box.getBoundingClientRect();
    if (place.top < view.top + 40 || place.bottom > view.bottom - 80) this.box.scrollTop += place.top - view.top - view.height / 3;
  }

  // A click on a span chooses its entry: of several the shortest, and at the next click the next.
  #click(event) {
    if (!getSelection().isCollapsed || !document.caretPositionFromPoint) return;
    const caret = document.caretPositionFromPoint(event.clientX, event.clientY);
    if (!caret || !this.box.contains(caret.offsetNode)) return;
    const unit = this.unit(caret.offsetNode, caret.offset);
    const over = this.spans.filter((span) => !span.inner && span.from <= unit && unit < span.to).sort((a, b) => a.to - a.from - (b.to - b.from));
    if (!over.length) return;
    const next = over[(over.findIndex((span) => span.entry === this.current) + 1) % over.length];
    this.box.dispatchEvent(new CustomEvent("choose", { detail: next.entry }));
  }
}

function named(ranges, priority) {
  const made = new Highlight(...ranges);
  made.priority = priority;
  return made;
}
