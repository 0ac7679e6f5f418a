// The form of an entry: inputs made of what the server says of its kind, and what was changed in them.

import { element } from "./api.js";

const blank = (value) => value === null || value === undefined || value === "";

export class EntryForm {
  constructor(form, fields, onChange = () => {}) {
    this.form = form;
    this.kinds = fields;
    this.inputs = [];
    form.addEventListener("input", () => {
      this.#mark();
      onChange(this.dirty());
    });
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  show(kind, values, { disabled = false } = {}) {
    this.inputs = [];
    const parts = [];
    for (const field of this.kinds[kind]) {
      const made = input(field, values[field.name]);
      for (const control of made.controls) control.disabled = disabled;
      this.inputs.push({ field, ...made, was: JSON.stringify(made.read()) });
      parts.push(element("label", { for: made.controls[0].id }, field.label), made.box);
    }
    this.form.replaceChildren(...parts);
  }

  clear() {
    this.inputs = [];
    this.form.replaceChildren();
  }

  focus() {
    this.inputs[0]?.controls[0].focus();
  }

  changes() {
    const found = {};
    for (const one of this.inputs) if (JSON.stringify(one.read()) !== one.was) found[one.field.name] = one.read();
    return found;
  }

  values() {
    // what may be left out and was, is left out
    return Object.fromEntries(this.inputs.map((one) => [one.field.name, one.read()]).filter(([, value]) => value !== null && value !== ""));
  }

  // Put back what somebody had typed and not saved.
  restore(draft) {
    for (const one of this.inputs) if (one.field.name in draft) one.write(draft[one.field.name]);
    this.#mark();
  }

  dirty() {
    return Object.keys(this.changes()).length > 0;
  }

  #mark() {
    for (const one of this.inputs) for (const control of one.controls) control.classList.toggle("changed", JSON.stringify(one.read()) !== one.was);
  }
}

let made = 0;

function input(field, value) {
  const id = `field-${field.name}-${++made}`;
  if (field.sort === "choice") {
    const options = [...(field.empty || blank(value) ? [""] : []), ...field.options];
    const box = element("select", { id }, ...options.map((word) => element("option", { value: word, selected: word === (value ?? "") }, word || "—")));
    return { box, controls: [box], read: () => box.value || null, write: (found) => (box.value = found ?? "") };
  }
  if (field.sort === "flag") {
    const box = element("input", { id, type: "checkbox" });
    box.checked = Boolean(value);
    return { box, controls: [box], read: () => box.checked, write: (found) => (box.checked = Boolean(found)) };
  }
  if (field.sort === "list") {
    const box = element("input", { id, type: "text", dir: "auto", value: (value ?? []).join(", "), title: field.options.join(", "), placeholder: "ids, with commas" });
    const read = () => box.value.split(",").map((word) => word.trim()).filter(Boolean);
    return { box, controls: [box], read, write: (found) => (box.value = found.join(", ")) };
  }
  if (field.sort === "period" || field.sort === "due") {
    const start = element("input", { id, type: "date", value: value?.start ?? "", "aria-label": `${field.label}: from` });
    const end = element("input", { type: "date", value: value?.end ?? "", "aria-label": `${field.label}: to` });
    const box = element("div", { class: "pair" }, start, end);
    const read = () => {
      if (!start.value && !end.value) return null;
      const days = { start: start.value || end.value, end: end.value || start.value };
      const same = value && days.start === value.start && days.end === value.end;
      // a range that a person gave is no longer what the words made it
      return same ? value : field.sort === "due" ? { ...days, basis: value?.basis ?? "" } : { ...days, granularity: days.start === days.end ? "day" : "range", anchor: value?.anchor ?? null, phrase: value?.phrase ?? null };
    };
    const write = (found) => {
      start.value = found?.start ?? "";
      end.value = found?.end ?? "";
    };
    return { box, controls: [start, end], read, write };
  }
  const long = ["paraphrase", "note", "explanation", "behaviour", "condition", "consequence"].includes(field.name);
  const box = long ? element("textarea", { id, rows: field.name === "paraphrase" ? 3 : 2, dir: "auto" }) : element("input", { id, type: field.sort === "day" ? "date" : "text", dir: "auto" });
  box.value = value ?? "";
  return { box, controls: [box], read: () => box.value.trim() || null, write: (found) => (box.value = found ?? "") };
}
