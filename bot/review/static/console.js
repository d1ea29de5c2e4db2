// What the pages can do without is done here: single keys, ticking all boxes. Nothing is fetched, nothing is kept.
"use strict";

const has_keys = document.body.dataset.keys === "on";

function is_typing(target) {
  return target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
}

// An element with data-key="c" is pressed, or gets the focus where it is a field, by that key.
function press(key) {
  const found = [...document.querySelectorAll("[data-key]")].find((e) => e.dataset.key === key && !e.disabled);
  if (!found) return false;
  if (found.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) {
    found.focus();
    if (found.select) found.select();
  } else {
    if (found.matches("summary, a, button, [type=checkbox], [type=radio]")) found.focus();
    found.click();
  }
  return true;
}

// j and k go through the rows of a list: elements with data-row, of which the link or the box takes the focus.
function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return false;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  const target = next.querySelector("a") || next;
  target.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function tick_row() {
  const row = document.activeElement && document.activeElement.closest("[data-row]");
  const box = row && row.querySelector("input[type=checkbox]");
  if (box) box.click();
  return Boolean(box);
}

document.addEventListener("keydown", (event) => {
  if (!has_keys || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && is_typing(event.target)) {
    event.target.blur();
    return;
  }
  if (is_typing(event.target)) return;
  // Enter belongs to what has the focus.
  if (event.key === "Enter" && event.target.closest("a, button, summary, input")) return;
  const moves = { j: () => step(1), k: () => step(-1), x: tick_row };
  const done = (moves[event.key] && moves[event.key]()) || press(event.key);
  if (done) event.preventDefault();
});

document.querySelectorAll("[data-all]").forEach((all) => {
  all.hidden = false;
  all.addEventListener("change", () => {
    document.querySelectorAll(`input[name="${all.dataset.all}"]`).forEach((box) => {
      box.checked = all.checked;
    });
  });
});

// On a telephone the sections stand in one line, which may be longer than the screen.
document.querySelector(".bar [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
