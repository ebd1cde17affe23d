// Reading settings, marks on stories that were read, and copy buttons. All texts are in the page, so
// that they are translated.

const { setting, choose, list, keep } = window.archiveReader;
const LISTED = "li[data-code], article[data-code]:not([data-shown])";

function showSettings(panel) {
  const says = panel.querySelector("[role=status]");
  const inputs = panel.querySelectorAll("input[type=radio]");

  function show() {
    for (const input of inputs) input.checked = setting(input.name) === input.value;
  }

  panel.addEventListener("change", ({ target }) => {
    says.textContent = choose(target.name, target.value) ? "" : panel.dataset.unkept;
    if (target.name === "marks") showMarks();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.open) return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-reading-settings], dialog")) panel.open = false;
  });
  addEventListener("storage", show);
  addEventListener("pageshow", show); // some browsers fill in what was chosen when the page was left
  show();
  panel.hidden = false;
}

function showMarks() {
  const read = new Set(setting("marks") === "on" ? list("read") : []);
  for (const item of document.querySelectorAll(LISTED)) {
    const isRead = read.has(item.dataset.code);
    const link = item.querySelector("a.story-title");
    item.classList.toggle("is-read", isRead);
    if (isRead) link?.setAttribute("aria-describedby", "is-read");
    else link?.removeAttribute("aria-describedby");
  }
}

function noteRead() {
  const code = document.querySelector("article[data-shown]")?.dataset.code;
  if (!code || document.hidden || setting("marks") === "off") return;
  const others = list("read").filter((each) => each !== code);
  keep("read", [...others, code]); // without room a mark is no reason to complain
}

function copyFrom(button) {
  const page = document.querySelector("[data-reading-settings]");
  const words = { ...page?.dataset, ...button.dataset };
  const says = document.createElement("span");
  says.setAttribute("role", "status");
  says.className = "said";
  button.after(says);
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copies);
    const isField = source.matches("input, textarea");
    try {
      await navigator.clipboard.writeText(isField ? source.value : source.textContent.trim());
      says.textContent = words.done;
    } catch {
      if (isField) source.select();
      else getSelection().selectAllChildren(source);
      says.textContent = words.failed;
    }
  });
  button.hidden = false;
}

for (const panel of document.querySelectorAll("[data-reading-settings]")) showSettings(panel);
for (const button of document.querySelectorAll("button[data-copies]")) copyFrom(button);
noteRead();
showMarks();
document.addEventListener("visibilitychange", noteRead); // a tab that was opened for later
addEventListener("storage", showMarks);
addEventListener("pageshow", (event) => event.persisted && showMarks());
