// Adjudication: one reading holds, or all on which both agree.

import { complain, post, say } from "./api.js";

for (const button of document.querySelectorAll("button.take")) {
  button.addEventListener("click", async () => {
    const row = button.closest("tr");
    try {
      const { acts, entries } = await post("/api/adjudicate", { coder: button.dataset.coder, entry: row.dataset.entry, seen: row.dataset.seen });
      row.dataset.seen = acts.at(-1).id;
      row.querySelector(".now").textContent = `${entries[0].state} · ${acts.at(-1).by}`;
      say(`${row.dataset.entry}: the reading of ${button.dataset.coder} holds.`);
    } catch (problem) {
      complain(problem);
    }
  });
}

const adopt = document.getElementById("adopt");
adopt?.addEventListener("click", async () => {
  try {
    const { acts } = await post("/api/adopt", { first: adopt.dataset.first, second: adopt.dataset.second });
    adopt.disabled = true;
    say(`${acts.length} entries decided as both coders did.`);
  } catch (problem) {
    complain(problem);
  }
});
