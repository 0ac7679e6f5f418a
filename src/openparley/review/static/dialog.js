// One dialog for whatever has to be asked: it keeps the focus, Escape leaves it, and the focus goes back to where it was.

import { element } from "./api.js";

const dialog = document.getElementById("dialog");
const title = document.getElementById("dialog-title");
const body = document.getElementById("dialog-body");
const ok = document.getElementById("dialog-ok");

export const isOpen = () => dialog.open;

// Resolves to what `read` gives when the person agrees, and to null when not.
export function ask(heading, content, read, { done = "OK", focus = null, only = false } = {}) {
  title.textContent = heading;
  body.replaceChildren(...content);
  ok.textContent = done;
  ok.nextElementSibling.hidden = only;
  const before = document.activeElement;
  dialog.returnValue = "";
  dialog.showModal();
  (focus ?? ok).focus();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        const found = dialog.returnValue === "ok" ? read() : null;
        body.replaceChildren();
        before?.focus?.();
        resolve(found);
      },
      { once: true },
    );
  });
}

export const labelled = (text, control) => element("label", {}, text, control);

// In the dialog's form Enter agrees; in a long text it is a line break, and Ctrl+Enter agrees.
dialog.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ok.click();
});
