// Keyboard shortcuts for reading. They can be turned off, and do nothing in text fields, together with
// Ctrl, Alt or Meta, and while a dialog is open.

const { setting } = window.archiveReader;
const TYPING = "input, textarea, select, [contenteditable]:not([contenteditable=false]), [role=listbox]";
const OWN_ARROWS = "video, audio, iframe, summary, [role=slider], [role=tablist]";
const help = document.querySelector("dialog[data-keys-help]");

function scrollsSideways(element) {
  for (let each = element; each && each !== document.body; each = each.parentElement) {
    const { overflowX } = getComputedStyle(each);
    const isBox = overflowX === "auto" || overflowX === "scroll";
    if (isBox && each.scrollWidth > each.clientWidth) return true;
  }
  const page = document.documentElement;
  return page.scrollWidth > page.clientWidth || (window.visualViewport?.scale ?? 1) > 1;
}

function search() {
  const box = document.querySelector("[role=search] input[type=search]");
  box?.focus();
  box?.select();
  return box;
}

function step(by) {
  const links = [...document.querySelectorAll("main a.story-title[href]")].filter(
    (link) => link.checkVisibility?.() ?? true,
  );
  const item = document.activeElement.closest("li, [data-code]:not([data-shown])");
  const here = item?.querySelector("a.story-title");
  let next = links.indexOf(here) + by;
  if (!here || next === by - 1) {
    // No story has the focus: start from the first one on the screen.
    const seen = links.findIndex((link) => link.getBoundingClientRect().bottom > 0);
    next = by > 0 ? seen : (seen < 0 ? links.length : seen) - 1;
  }
  links[next]?.focus({ preventScroll: true });
  links[next]?.scrollIntoView({ block: "nearest" });
  return links.length;
}

function turn(rel, event) {
  if (event.target.closest(OWN_ARROWS) || scrollsSideways(event.target)) return false;
  // Links in the text of a story may also say prev and next; only the archive's own count.
  const link = [...document.querySelectorAll(`a[rel~=${rel}][href], link[rel~=${rel}][href]`)].find(
    (each) => !each.closest(".body") && new URL(each.href).origin === location.origin,
  );
  if (link) location.assign(link.href);
  return link;
}

function bookmark() {
  const button = document.querySelector("button[data-bookmark]");
  button?.click();
  return button;
}

function showHelp() {
  help?.showModal();
  return help;
}

const KEYS = {
  "/": search,
  j: () => step(1),
  k: () => step(-1),
  ArrowLeft: (event) => turn("prev", event),
  ArrowRight: (event) => turn("next", event),
  b: bookmark,
  "?": showHelp,
};

document.addEventListener("keydown", (event) => {
  const act = Object.hasOwn(KEYS, event.key) && KEYS[event.key];
  if (!act || event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.shiftKey && event.key.startsWith("Arrow")) return;
  if (event.repeat && !"jk".includes(event.key)) return;
  if (setting("keys") === "off" || event.target.closest(TYPING)) return;
  if (document.querySelector("dialog[open]")) return;
  if (act(event)) event.preventDefault();
});

for (const button of document.querySelectorAll("button[data-shows-keys]")) {
  button.addEventListener("click", showHelp);
}
