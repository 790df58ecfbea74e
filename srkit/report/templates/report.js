"use strict";
// Flip through the versions of a place without moving the eyes. Without this script the page loses only that.
const dialog = document.querySelector("dialog");
let tiles = [], at = 0;

function show(index) {
  at = (index + tiles.length) % tiles.length;
  const picture = tiles[at].querySelector("img"), stage = dialog.querySelector("img");
  stage.src = picture.src;
  stage.alt = picture.alt;
  dialog.querySelector("[data-name]").textContent = tiles[at].dataset.flip;
  dialog.querySelectorAll("li").forEach((one, i) => one.classList.toggle("now", i === at));
}

function open(tile) {
  tiles = [...tile.closest(".place").querySelectorAll("[data-flip]")];
  dialog.querySelector("[data-place]").textContent = tile.closest(".place").querySelector("h3").textContent;
  dialog.querySelector("ol").replaceChildren(...tiles.map(() => document.createElement("li")));
  show(tiles.indexOf(tile));
  dialog.showModal();
}

if (dialog && dialog.showModal) {
  document.documentElement.classList.add("flips");
  document.addEventListener("click", (event) => {
    const tile = event.target.closest("[data-flip]");
    if (tile) open(tile);
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    const step = event.target.closest("[data-step]");
    if (step) show(at + Number(step.dataset.step));
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); show(at + step); }
  });
  dialog.addEventListener("close", () => tiles[at].focus());
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
