"use strict";
(() => {
  const find = (name) => document.getElementById(name);
  const stage = find("stage"), after = find("after"), divide = find("divide"), slider = find("slider");
  const says = find("says"), step = find("step"), marks = find("marks");
  let timer = 0;
  document.documentElement.classList.add("live");

  const mode = () => document.querySelector("input[name=mode]:checked").value;
  const show = () => {
    const share = Number(slider.value), kind = mode();
    stage.dataset.mode = kind;
    after.style.clipPath = kind === "swipe" ? `inset(0 0 0 ${share}%)` : "none";
    after.style.opacity = kind === "swipe" ? "1" : String(kind === "opacity" ? share / 100 : share < 50 ? 0 : 1);
    divide.style.left = `${share}%`;
    step.hidden = kind !== "flicker";
    const words = {
      swipe: `earlier date left of ${share} % of the width, later date right of it`,
      opacity: `later date shown at ${share} % over the earlier one`,
      flicker: share < 50 ? "earlier date" : "later date",
    };
    slider.setAttribute("aria-valuetext", words[kind]);
    says.textContent = words[kind];
  };
  const stop = () => { clearInterval(timer); timer = 0; step.setAttribute("aria-pressed", "false"); };
  const drag = (event) => {
    if (mode() !== "swipe" || (event.type === "pointermove" && !(event.buttons & 1))) return;
    const box = stage.getBoundingClientRect();
    slider.value = String(Math.round(1000 * (event.clientX - box.left) / box.width) / 10);
    show();
  };
  stage.addEventListener("pointerdown", (event) => {
    if (mode() === "flicker") { slider.value = Number(slider.value) < 50 ? "100" : "0"; show(); return; }
    stage.setPointerCapture(event.pointerId);
    drag(event);
  });
  stage.addEventListener("pointermove", drag);
  slider.addEventListener("input", show);
  for (const radio of document.querySelectorAll("input[name=mode]")) {
    radio.addEventListener("change", () => { stop(); if (mode() === "flicker") slider.value = "0"; show(); });
  }
  step.addEventListener("click", () => {
    if (timer) { stop(); return; }
    step.setAttribute("aria-pressed", "true");
    timer = setInterval(() => { slider.value = Number(slider.value) < 50 ? "100" : "0"; show(); }, 1000);
  });
  if (marks) marks.addEventListener("change", () => stage.classList.toggle("plain", !marks.checked));
  show();
})();
