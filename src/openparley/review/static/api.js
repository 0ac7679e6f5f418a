// Talking to the server: JSON both ways, the page's secret on every change, errors as sentences.

const secret = document.querySelector('meta[name="parley-csrf"]').content;

export class Problem extends Error {
  constructor(status, messages) {
    super(messages.join(" "));
    this.status = status;
    this.messages = messages;
  }
}

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Problem(0, ["The server does not answer. What was shown as done is on disk; start it again and load this page anew."]);
  }
  const text = await response.text();
  let data = null;
  try {
    data = JSON.parse(text);
  } catch {
    if (response.ok) throw new Problem(response.status, ["The answer cannot be read."]);
  }
  if (response.ok) return data;
  const found = data?.errors?.map((one) => [one.id && !one.message.includes(one.id) ? `${one.id}: ` : "", one.message, one.hint ? ` ${one.hint}` : ""].join(""));
  throw new Problem(response.status, found ?? [text.trim() || `The server says ${response.status}.`]);
}

export const get = (path, query = {}) => answer(fetch(`${path}?${new URLSearchParams(query)}`, { credentials: "same-origin" }));

export const post = (path, body) =>
  answer(
    fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json", "x-parley-csrf": secret },
      body: JSON.stringify(body),
    }),
  );

const said = document.getElementById("said");
const trouble = document.getElementById("trouble");
let fading;

export function say(text) {
  said.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => (said.textContent = ""), 6000);
}

export function complain(problem) {
  const list = document.createElement("ul");
  for (const message of problem.messages ?? [String(problem)]) list.append(element("li", {}, message));
  const close = element("button", { type: "button", "aria-label": "Close this message" }, "Close");
  close.addEventListener("click", () => (trouble.hidden = true));
  trouble.replaceChildren(close, list);
  trouble.hidden = false;
}

export const atPeace = () => (trouble.hidden = true);

// Text goes in as text: nothing that a report holds is ever read as markup.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
