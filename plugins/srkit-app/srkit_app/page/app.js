"use strict";
const find = (id) => document.getElementById(id);
const form = find("form"), viewer = new Viewer(document);
const key = takeKey();
let hello = null, photograph = null, plan = null, working = null, sending = null, asking = null, typing = 0;

// The key stands behind the # of the address, which no browser sends. It is kept for this tab, and taken out of sight.
function takeKey() {
  const given = location.hash.slice(1);
  if (given) sessionStorage.setItem("key", given);
  history.replaceState(null, "", location.pathname);
  return sessionStorage.getItem("key") ?? "";
}

async function ask(path, options = {}) {
  const { headers, ...rest } = options;
  const answer = await fetch(path, { method: "POST", headers: { "X-Srkit-Key": key, ...headers }, ...rest });
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Error(said.error ?? `srkit-app answered with ${answer.status}`);
}

const tab = (path) => `/tabs/${hello.tab}/${path}`;

function complain(text) {
  find("trouble").textContent = text ?? "";
  find("trouble").hidden = !text;
}

// The stream of news. It stays open as long as the tab; when the tab closes, the server forgets everything of it.
async function listen() {
  const answer = await ask("/tabs");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ;) {
    const { value, done } = await reader.read();
    if (done) throw new Error();
    const lines = (text + value).split("\n");
    text = lines.pop();
    for (const line of lines.filter(Boolean)) (hello ? news : greet)(JSON.parse(line));
  }
}

function greet(found) {
  hello = found;
  if (!["127.0.0.1", "localhost", "[::1]"].includes(location.hostname)) {
    find("promise").textContent = `The photograph is sent to ${location.host} without encryption. It is forgotten when you close this tab.`;
  }
  form.weights.replaceChildren(...hello.weights.map((one) => new Option(one.label, one.name)));
  form.format.append(...hello.formats.map((name) => new Option(name.toUpperCase(), name)));
  chosen();
}

async function take(file) {
  if (!file || !hello) return;
  sending?.abort();
  const mine = (sending = new AbortController());
  forget();
  complain();
  find("found").textContent = `reading ${file.name} ...`;
  try {
    if (file.size > hello.max_bytes) {
      throw new Error(`${file.name}: wants a file of at most ${hello.max_bytes / 1e6} MB, found ${Math.round(file.size / 1e6)} MB; start srkit-app with a larger --max-megabytes, or use srkit upscale`);
    }
    const headers = { "X-Srkit-Name": encodeURIComponent(file.name), "Content-Type": "application/octet-stream" };
    const answer = await ask(tab("photograph"), { body: file, headers, signal: mine.signal });
    photograph = await answer.json();
    find("found").textContent = `${photograph.name}, ${photograph.width} x ${photograph.height} pixels`;
    form.hidden = find("view").hidden = false;
    alone();
    estimate();
  } catch (error) {
    if (mine.signal.aborted) return;
    find("found").textContent = "drop or choose another one";
    complain(error.message);
  }
}

function forget() {
  photograph = plan = working = null;
  form.hidden = find("view").hidden = true;
  for (const name of ["before", "after"]) find(name).removeAttribute("src");
  still("");
}

// The photograph without a result: there is none yet, or another one is being made.
let photographs = 0;

function alone(again = false) {
  if (!again) photographs += 1;
  find("look").textContent = "The photograph";
  viewer.show(photograph.width, photograph.height, `${tab("before")}?${photographs}`, null);
}

// What is chosen: numbers as numbers, and only those that belong to the kind of size.
function choices() {
  const found = {};
  for (const field of form.elements) {
    if (!field.name || field.closest("[data-size][hidden]")) continue;
    const number = ["number", "range"].includes(field.type) && field.value !== "";
    found[field.name] = number ? Number(field.value) : field.value;
  }
  return found;
}

function chosen() {
  const weights = hello.weights.find((one) => one.name === form.weights.value);
  find("about").textContent = weights.sentence;
  for (const one of form.querySelectorAll("[data-size]")) one.hidden = one.dataset.size !== form.size.value;
  find("share").textContent = `${Math.round(100 * form.strength.value)} % network`;
}

function later() {
  chosen();
  clearTimeout(typing);
  typing = setTimeout(estimate, 250);
}

async function estimate() {
  clearTimeout(typing);
  if (!photograph) return;
  asking?.abort();
  const mine = (asking = new AbortController());
  plan = null;
  try {
    plan = await (await ask(tab("plan"), { body: JSON.stringify(choices()), signal: mine.signal })).json();
    const notes = plan.notes.map((note) => `\nnote: ${note}`).join("");
    say(`${photograph.width} x ${photograph.height} becomes ${plan.width} x ${plan.height} by ${plan.by}, with ${plan.memory} of memory.${notes}`);
  } catch (error) {
    if (!mine.signal.aborted) say(error.message, true);
  }
}

function say(text, bad = false) {
  find("plan").textContent = text;
  find("plan").classList.toggle("bad", bad);
  find("begin").disabled = bad || working !== null;
}

async function begin(event) {
  event.preventDefault();
  complain();
  try {
    working = (await (await ask(tab("work"), { body: JSON.stringify(choices()) })).json()).work;
    alone(true);
    busy("begins ...");
  } catch (error) {
    complain(error.message);
  }
}

function busy(text, share) {
  find("state").textContent = text;
  find("progress").hidden = find("stop").hidden = false;
  if (share === undefined) find("progress").removeAttribute("value");
  else find("progress").value = share;
  find("begin").disabled = true;
}

function still(text) {
  find("state").textContent = text;
  find("progress").hidden = find("stop").hidden = true;
  find("begin").disabled = false;
}

function news(now) {
  if (!photograph) return;
  if (now.state === "waiting") busy(now.ahead ? `waits for ${now.ahead} other photograph${now.ahead > 1 ? "s" : ""}` : "begins ...");
  if (now.state === "working") busy(`${Math.floor(100 * now.share)} %`, now.share);
  if (["done", "failed", "stopped"].includes(now.state)) {
    working = null;
    still(now.state === "done" ? `done in ${now.seconds} s` : now.state === "stopped" ? "stopped" : "");
  }
  if (now.state === "failed") {
    alone(true);
    complain(now.error);
  }
  if (now.state === "done") done(now);
}

function done(now) {
  const { width, height, by, name, command, strength } = now.after;
  find("look").textContent = "Before and after";
  viewer.show(width, height, `${tab("before")}?${photographs}`, tab(`after/${now.work}`));
  find("left").textContent = `before, ${photograph.width} x ${photograph.height}, stretched by the browser`;
  find("right").textContent = `after, ${width} x ${height}, ${by}${strength < 1 ? ` at strength ${strength}` : ""}`;
  find("save").href = tab(`result/${now.work}`);
  find("save").download = name;
  find("save").textContent = `Save ${name}`;
  find("command").textContent = command;
  find("notes").replaceChildren(...now.notes.map((note) => Object.assign(document.createElement("li"), { textContent: note })));
  find("view").scrollIntoView({ block: "nearest" });
}

for (const name of ["before", "after"]) {
  find(name).addEventListener("error", () => complain(`This browser cannot show the picture ${name}. It can be saved all the same.`));
}
find("file").addEventListener("change", (event) => { take(event.target.files[0]); event.target.value = ""; });
addEventListener("paste", (event) => take(event.clipboardData?.files[0]));
addEventListener("dragover", (event) => { event.preventDefault(); find("over").hidden = false; });
addEventListener("dragleave", (event) => { if (!event.relatedTarget) find("over").hidden = true; });
addEventListener("drop", (event) => { event.preventDefault(); find("over").hidden = true; take(event.dataTransfer.files[0]); });
for (const kind of ["input", "change"]) form.addEventListener(kind, later);
form.weights.addEventListener("change", () => {
  const { scale } = hello.weights.find((one) => one.name === form.weights.value);
  if (scale) form.scale.value = scale;
});
form.addEventListener("submit", begin);
find("stop").addEventListener("click", () => {
  find("state").textContent = "stops after the tile that is being computed";
  ask(tab("stop")).catch((error) => complain(error.message));
});

listen().catch((error) => {
  forget();
  hello = null;
  find("file").disabled = true;
  find("found").textContent = "";
  complain(error.message && !(error instanceof TypeError) ? error.message : "srkit-app has ended, or cannot be reached. Start it again, and open the address that it prints.");
});
