// What Wagtail changes without a word that is heard: how many objects are chosen, and where the first error is.
document.addEventListener("DOMContentLoaded", () => {
  const chosen = document.querySelector("[data-bulk-action-num-objects]");
  if (chosen) { // in a bar that is hidden while nothing is chosen, and of which no live region would be heard
    const status = Object.assign(document.createElement("p"), { className: "w-sr-only", role: "status" });
    document.querySelector("main").append(status);
    new MutationObserver(() => { status.textContent = chosen.textContent; }).observe(chosen, { childList: true });
  }
});

document.addEventListener("wagtail:panel-init", () => requestAnimationFrame(() => { // when Wagtail has shown the button
  if (document.activeElement === document.body) document.querySelector(".messages [data-w-focus-target-value]")?.focus();
}));
