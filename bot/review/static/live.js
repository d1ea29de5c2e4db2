// What is under way is fetched anew every two seconds, until it is over; then the page is loaded once more, unless
// somebody may be typing in it (data-stay).
"use strict";

const live = document.querySelector("[data-live]");

async function look() {
  const answer = await fetch(live.dataset.live, { credentials: "same-origin" });
  if (!answer.ok) return;
  const fragment = new DOMParser().parseFromString(await answer.text(), "text/html");
  live.replaceChildren(...fragment.body.childNodes);
  if (live.querySelector("[data-busy]")) setTimeout(look, 2000);
  else if (!("stay" in live.dataset)) location.reload();
}

if (live && live.querySelector("[data-busy]")) setTimeout(look, 2000);
