"use strict";
// The photograph before and after, one upon the other: a divider, a zoom, and a place in the picture.
class Viewer {
  constructor(root) {
    const find = (id) => root.getElementById(id);
    [this.stage, this.divider, this.zoom, this.before, this.after] = ["stage", "divider", "zoom", "before", "after"].map(find);
    this.width = this.height = 1; // of the result, in pixels
    this.middle = [0.5, 0.5]; // the place in the picture that is in the middle of the stage
    this.divider.addEventListener("input", () => this.divide());
    this.zoom.addEventListener("change", () => this.draw());
    addEventListener("resize", () => this.draw());
    this.stage.addEventListener("pointerdown", (event) => this.press(event));
    this.stage.addEventListener("pointermove", (event) => this.drag(event));
    this.stage.addEventListener("keydown", (event) => this.key(event));
  }

  // Show a photograph and its enlargement of this size; without ``after``, the photograph alone.
  show(width, height, before, after) {
    [this.width, this.height] = [width, height];
    this.middle = [0.5, 0.5];
    if (this.before.getAttribute("src") !== before) this.before.src = before;
    if (after) this.after.src = after;
    else this.after.removeAttribute("src");
    this.stage.style.setProperty("--shape", `${width} / ${height}`);
    this.stage.parentElement.classList.toggle("alone", !after);
    this.draw();
  }

  // Pixels of the screen for one pixel of the result.
  get factor() {
    const { clientWidth, clientHeight } = this.stage;
    const fit = Math.min(clientWidth / this.width, clientHeight / this.height);
    return this.zoom.value === "fit" ? fit : Number(this.zoom.value) / devicePixelRatio;
  }

  draw() {
    const { clientWidth, clientHeight } = this.stage, factor = this.factor;
    const sizes = [this.width * factor, this.height * factor], room = [clientWidth, clientHeight];
    const corner = sizes.map((size, axis) => {
      if (size <= room[axis]) return (room[axis] - size) / 2;
      const start = Math.min(0, Math.max(room[axis] - size, room[axis] / 2 - this.middle[axis] * size));
      this.middle[axis] = (room[axis] / 2 - start) / size;
      return start;
    });
    const values = { "--x": corner[0], "--y": corner[1], "--w": sizes[0], "--h": sizes[1] };
    for (const [name, value] of Object.entries(values)) this.stage.style.setProperty(name, `${value}px`);
    this.stage.classList.toggle("near", this.zoom.value !== "fit");
    this.stage.classList.toggle("squares", Number(this.zoom.value) > 1);
    this.divide();
  }

  divide() {
    this.stage.style.setProperty("--at", `${this.divider.value}%`);
    this.divider.setAttribute("aria-valuetext", `${this.divider.value} % before, then after`);
  }

  press(event) {
    if (event.button !== 0 || (this.zoom.value === "fit" && !this.after.src)) return;
    this.stage.setPointerCapture(event.pointerId);
    this.held = event.target.tagName === "I" || this.zoom.value === "fit" ? "divider" : "picture";
    this.drag(event);
  }

  drag(event) {
    if (!this.stage.hasPointerCapture(event.pointerId)) return;
    if (this.held === "divider") {
      const box = this.stage.getBoundingClientRect();
      this.divider.value = Math.round((100 * (event.clientX - box.left)) / box.width);
      this.divide();
    } else this.move(-event.movementX, -event.movementY);
  }

  move(right, down) {
    this.middle[0] += right / (this.width * this.factor);
    this.middle[1] += down / (this.height * this.factor);
    this.draw();
  }

  key(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way || this.zoom.value === "fit" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.move(60 * way[0], 60 * way[1]);
  }
}
