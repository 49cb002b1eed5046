// Fetches <main> again when something changed, and now and then so that distances stay true.
// Every page works without this file.
"use strict";

const status = document.getElementById("live");
let waiting = null;

// A fold is known by its words up to a colon, behind which counts change, and its place among equals.
function folds() {
  const seen = {};
  return [...document.querySelectorAll("main details")].map((each) => {
    const words = each.querySelector("summary").textContent.trim().split(":")[0];
    seen[words] = (seen[words] ?? 0) + 1;
    return [`${words} ${seen[words]}`, each];
  });
}

let filledIn = false;

function isBusy() {
  const isInForm = document.activeElement?.closest("main form");
  return filledIn || isInForm || window.getSelection()?.type === "Range";
}

async function refresh() {
  waiting = null;
  if (document.hidden || isBusy()) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (answer.redirected) {
    location.reload();
    return;
  }
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (isBusy()) return;
  const main = document.querySelector("main");
  const focused = document.activeElement?.closest("main a")?.getAttribute("href");
  const opened = new Set(folds().filter(([, each]) => each.open).map(([name]) => name));
  const here = folds().find(([, each]) => each.firstElementChild === document.activeElement)?.[0];
  main.replaceChildren(...fresh.querySelector("main").childNodes);
  for (const [name, each] of folds()) {
    each.open = opened.has(name);
    if (name === here) each.firstElementChild.focus({ preventScroll: true });
  }
  if (focused) main.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function soon() {
  waiting ??= setTimeout(() => refresh().catch(() => {}), 300);
}

document.querySelector("main").addEventListener("input", () => {
  filledIn = true;
});

const feed = new EventSource("/live");
feed.onopen = () => {
  status.textContent = "Live: this page follows by itself.";
  status.classList.remove("lost");
  soon();
};
feed.onmessage = soon;
feed.onerror = () => {
  status.textContent = "Not connected: what you see may be old. Trying again.";
  status.classList.add("lost");
};
setInterval(soon, 1000 * Number(document.body.dataset.every ?? 30));
document.addEventListener("visibilitychange", soon);
// A page that the browser kept would send a step under the name of one that was done already.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
