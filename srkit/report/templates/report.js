"use strict";
// Flip through the versions of a place without moving the eyes. Without this script the page loses only that.
const dialog = document.querySelector("dialog");
let tiles = [], at = 0;

function smooth(image, picture) { // pixels are seen as squares, unless there are more of them than the screen shows
  image.style.imageRendering = picture.naturalWidth > image.clientWidth ? "auto" : "";
}

function show(index) {
  at = (index + tiles.length) % tiles.length;
  const picture = tiles[at].querySelector("img"), stage = dialog.querySelector("img");
  stage.src = picture.src;
  stage.alt = picture.alt;
  smooth(stage, picture);
  dialog.querySelector("[data-name]").textContent = tiles[at].dataset.flip;
  dialog.querySelectorAll("li").forEach((one, i) => one.classList.toggle("now", i === at));
}

function open(tile) {
  tiles = [...tile.closest(".place").querySelectorAll("[data-flip]")];
  dialog.querySelector("[data-place]").textContent = tile.closest(".place").querySelector("h3").textContent;
  dialog.querySelector("ol").replaceChildren(...tiles.map(() => document.createElement("li")));
  dialog.showModal();
  show(tiles.indexOf(tile));
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

// Tables sort by a click on a heading: the largest first, then the smallest, then as they were.
function key(row, column) {
  const cell = row.children[column];
  if (column === 0) return cell.textContent;
  return cell.dataset.value === undefined || cell.dataset.value === "nan" ? null : Number(cell.dataset.value.replace("inf", "Infinity"));
}

function sort(button) {
  const head = button.closest("th"), body = button.closest("table").tBodies[0], column = head.cellIndex;
  const turns = column === 0 ? ["ascending", "descending"] : ["descending", "ascending"];
  const now = turns[turns.indexOf(head.getAttribute("aria-sort")) + 1];
  head.parentElement.querySelectorAll("[aria-sort]").forEach((one) => one.removeAttribute("aria-sort"));
  if (now) head.setAttribute("aria-sort", now);
  const sign = now === "descending" ? -1 : 1;
  const order = (a, b) => {
    if (!now) return a.dataset.order - b.dataset.order;
    const [x, y] = [key(a, column), key(b, column)];
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (column === 0 ? x.localeCompare(y) : x - y || 0);
  };
  body.append(...[...body.rows].sort(order));
}

document.querySelectorAll(".sortable").forEach((table) => {
  [...table.tBodies[0].rows].forEach((row, index) => { row.dataset.order = index; });
  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) sort(button);
  });
});

// Two versions of one crop, the left one up to the divider and the right one from there on.
const compare = document.querySelector(".compare");

function choices(select, names) {
  select.replaceChildren(...names.map((name, index) => new Option(name, index)));
}

function slider() {
  const places = [...document.querySelectorAll("details.place")];
  const [place, left, right] = ["place", "left", "right"].map((name) => compare.querySelector(`[data-pick=${name}]`));
  const range = compare.querySelector("input"), stage = compare.querySelector(".stage");
  const difference = compare.querySelector("[data-difference]");
  const tiles = () => [...places[place.value].querySelectorAll("[data-flip]")];
  const names = () => tiles().map((tile) => tile.closest("figure").dataset.name);
  const said = (select) => select.selectedOptions[0]?.text ?? "";

  function move() {
    stage.style.setProperty("--at", `${range.value}%`);
    range.setAttribute("aria-valuetext", `${range.value} % ${said(left)}, then ${said(right)}`);
  }

  function show() {
    const picture = tiles()[0].querySelector("img");
    const [width, height] = ["width", "height"].map((side) => Number(picture.getAttribute(side)));
    stage.style.aspectRatio = `${width} / ${height}`;
    compare.style.setProperty("--most", `${(80 * width) / height}vh`); // so that the whole height is seen at once
    for (const [side, select] of [["left", left], ["right", right]]) {
      const tile = tiles()[select.value], image = stage.querySelector(`[data-side=${side}]`);
      image.src = tile.querySelector("img").src;
      image.alt = tile.querySelector("img").alt;
      smooth(image, tile.querySelector("img"));
      compare.querySelector(`[data-name=${side}]`).textContent = tile.dataset.flip;
    }
    move();
  }

  function turn() {
    const found = names(), wanted = places[place.value].dataset;
    const before = [left, right].map((select) => found.indexOf(said(select)));
    for (const select of [left, right]) choices(select, found);
    left.value = before[0] < 0 ? found.indexOf(wanted.left) : before[0];
    right.value = before[1] < 0 ? found.indexOf(wanted.right) : before[1];
    show();
  }

  choices(place, places.map((one) => one.querySelector("h3").textContent));
  place.addEventListener("change", turn);
  left.addEventListener("change", show);
  right.addEventListener("change", show);
  range.addEventListener("input", move);
  difference.addEventListener("click", () => {
    const on = stage.classList.toggle("difference");
    difference.setAttribute("aria-pressed", on);
    range.disabled = on; // the difference has no divider
  });
  compare.querySelector("[data-swap]").addEventListener("click", () => {
    [left.value, right.value] = [right.value, left.value];
    show();
  });
  const follow = (event) => {
    if (range.disabled) return;
    const box = stage.getBoundingClientRect();
    range.value = Math.round((100 * (event.clientX - box.left)) / box.width);
    move();
  };
  stage.addEventListener("pointerdown", (event) => { stage.setPointerCapture(event.pointerId); follow(event); });
  stage.addEventListener("pointermove", (event) => { if (stage.hasPointerCapture(event.pointerId)) follow(event); });
  compare.hidden = false;
  turn();
}

if (compare) slider();
