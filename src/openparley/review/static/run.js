// The last result, dimmed and dated while it is not of the case as it stands, and the run that makes the next one.

import { complain, get, post, say } from "./api.js";

const headline = document.getElementById("headline");
const stage = document.getElementById("stage");
const bar = document.getElementById("bar");
const start = document.getElementById("start");
const stop = document.getElementById("stop");

export async function followRuns(onDone = () => {}) {
  let known = null;
  let state = "idle";

  async function result() {
    known = (await get("/api/state")).headline;
    draw();
  }

  function draw() {
    if (!known) {
      headline.textContent = "No result yet: the case has not been run.";
      return;
    }
    if (known.problem) {
      headline.textContent = `Run ${known.run}: ${known.problem}`;
      return;
    }
    const old = known.stale || state === "running" || state === "stopping";
    headline.classList.toggle("stale", old);
    const number = document.createElement("b");
    number.textContent = known.value;
    const when = known.created.slice(0, 16).replace("T", " ");
    const why = known.stale ? " · from before the last changes" : old ? " · a new run is under way" : "";
    headline.replaceChildren(`${known.name}, by ${known.by}: `, number, ` (${known.range}) · run ${known.run}, ${when} UTC${why}`);
    headline.title = headline.textContent;
  }

  function hear(status) {
    const was = state;
    state = status.state;
    const busy = state === "running" || state === "stopping";
    bar.hidden = !busy;
    stop.hidden = !busy;
    start.hidden = busy;
    stop.disabled = state === "stopping";
    if (busy && status.total) bar.value = status.done / status.total;
    else bar.removeAttribute("value");
    const left = status.left === null ? "" : `, about ${status.left < 120 ? `${Math.round(status.left)} s` : `${Math.round(status.left / 60)} min`} left`;
    stage.textContent = busy ? (state === "stopping" ? "stopping" : `${status.stage}${status.total ? `: ${status.done} of ${status.total}${left}` : ""}`) : ["failed", "stopped"].includes(state) ? status.message : "";
    draw();
    // a run that was done before this page was loaded is no news to it
    if (["running", "stopping"].includes(was) && state === "done") {
      say(`Run ${status.run} is complete.`);
      result().then(() => onDone(status.run));
    }
  }

  start.addEventListener("click", async () => {
    try {
      const draws = document.getElementById("draws");
      hear(await post("/api/run", draws ? { draws: Number(draws.value) } : {}));
    } catch (problem) {
      complain(problem);
    }
  });
  stop.addEventListener("click", () => post("/api/stop", {}).then(hear, complain));

  await result();
  // a browser keeps six connections to a server: tabs that nobody looks at hold none
  let stream = null;
  const listen = () => {
    stream?.close();
    stream = document.hidden ? null : new EventSource("/api/progress");
    stream?.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  };
  document.addEventListener("visibilitychange", listen);
  listen();
  return result;
}
