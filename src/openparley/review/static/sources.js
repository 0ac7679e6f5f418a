// Grading sources: each choice is an act, kept at once; a choice made elsewhere in between is not overwritten.

import { atPeace, complain, post, say } from "./api.js";

for (const select of document.querySelectorAll("select.grade")) {
  select.addEventListener("change", async () => {
    const { source, seen, was } = select.dataset;
    try {
      const { acts } = await post("/api/grade/source", { source, seen, reliability: select.value || null });
      select.dataset.seen = acts.at(-1).id;
      select.dataset.was = select.value;
      atPeace();
      say(`${source}: ${select.value ? `reliability ${select.value}` : "no grade"}.`);
    } catch (problem) {
      select.value = was;
      complain(problem);
    }
  });
}
