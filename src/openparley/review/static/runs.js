// Runs: start, stop, and two compared.

import { complain, element, get } from "./api.js";
import { followRuns } from "./run.js";

const picks = [...document.querySelectorAll("input.pick")];
const button = document.getElementById("compare");
const place = document.getElementById("comparison");

const chosen = () => picks.filter((pick) => pick.checked).map((pick) => pick.value);
for (const pick of picks) pick.addEventListener("change", () => (button.disabled = chosen().length !== 2));

function list(title, lines) {
  return [element("h3", {}, title), lines.length ? element("ul", {}, ...lines.map((line) => element("li", {}, line))) : element("p", { class: "soft" }, "Unchanged.")];
}

button?.addEventListener("click", async () => {
  const [fresh, old] = chosen(); // the table is newest first
  try {
    const found = await get("/api/compare", { old, new: fresh });
    const rows = found.numbers.map((one) => element("tr", {}, element("th", { scope: "row" }, one.name), element("td", {}, one.old), element("td", {}, one.new), element("td", {}, one.change), element("td", {}, one.told)));
    const head = element("tr", {}, ...["Number", `Run ${old}`, `Run ${fresh}`, "Change", "Beyond Monte Carlo error?"].map((name) => element("th", {}, name)));
    const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
    place.replaceChildren(
      element("h2", {}, "Compared"),
      element("p", { class: "lead" }, found.verdict),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Numbers of both runs" }, table),
      ...list("Evidence", found.evidence),
      ...list("Assumptions", found.assumptions),
      ...list("Model, settings and software", found.other),
    );
    place.hidden = false;
    place.focus();
  } catch (problem) {
    complain(problem);
  }
});

await followRuns(() => location.reload());
