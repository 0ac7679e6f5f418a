// Sliders that stand only on values at which something was computed.

for (const slider of document.querySelectorAll("input.stops")) {
  const stops = slider.dataset.stops ? JSON.parse(slider.dataset.stops) : null;
  const show = () => {
    if (!stops) {
      const pulled = slider.value === "1";
      slider.closest(".lever").classList.toggle("pulled", pulled);
      slider.setAttribute("aria-valuetext", pulled ? "with" : "without");
      return;
    }
    const stop = stops[Number(slider.value)];
    const text = `${stop.x} (${stop.at.replace(" %", "th percentile")}) → headline ${stop.value}, ${stop.by}`;
    slider.nextElementSibling.textContent = text;
    slider.setAttribute("aria-valuetext", text);
  };
  slider.addEventListener("input", show);
  show();
}
