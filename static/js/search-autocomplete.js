// Autocomplete for the search box: outlets, topics, authors and stories. Without this script the box is
// a plain form, and with it Enter still searches for what was typed.

const WAIT_MS = 150; // after the last key
const KINDS = ["outlet", "topic", "author", "story"]; // their names stand on the form

function made(tag, attributes, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

function suggestIn(form) {
  const input = form.querySelector("input[type=search]");
  const list = made("ul", { id: `${input.id}-list`, role: "listbox", class: "suggestions" });
  const told = made("p", { role: "status", class: "unseen" });
  list.setAttribute("aria-label", form.dataset.suggestions);
  list.hidden = true;
  form.append(list, told);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    input.setAttribute(name, value);
  }

  let chosen = -1;
  let timer = 0;
  let request = null;
  let composing = false;

  function choose(number) {
    const options = list.children;
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = number;
    options[chosen]?.setAttribute("aria-selected", "true");
    options[chosen]?.scrollIntoView({ block: "nearest" });
    if (options[chosen]) input.setAttribute("aria-activedescendant", options[chosen].id);
    else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    clearTimeout(timer);
    request?.abort();
    choose(-1);
    list.hidden = true;
    list.replaceChildren();
    told.textContent = "";
    input.setAttribute("aria-expanded", "false");
  }

  function show(suggestions) {
    choose(-1);
    list.replaceChildren(
      ...suggestions.map(({ kind, text, lang, url }, number) => {
        const option = made("li", { id: `${list.id}-${number}`, role: "option" });
        option.setAttribute("aria-selected", "false");
        option.dataset.url = url;
        option.append(made("span", { lang }, text), made("small", {}, KINDS.includes(kind) ? form.dataset[kind] : ""));
        return option;
      }),
    );
    list.hidden = !suggestions.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    told.textContent = suggestions.length
      ? `${form.dataset.suggestions}: ${suggestions.length}`
      : "";
  }

  function open(option) {
    const address = new URL(option.dataset.url, location.href);
    if (address.origin === location.origin) location.assign(address);
  }

  async function ask() {
    request?.abort();
    const typed = input.value.trim();
    if (!typed) return close();
    request = new AbortController();
    const { signal } = request;
    try {
      const address = `${form.dataset.suggest}?${new URLSearchParams({ q: typed })}`;
      const response = await fetch(address, { signal, credentials: "omit" });
      const answer = response.ok ? await response.json() : { suggestions: [] };
      if (!signal.aborted && document.activeElement === input) show(answer.suggestions);
    } catch {
      if (!signal.aborted) close(); // no suggestions are no reason to complain
    }
  }

  function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  }

  input.addEventListener("compositionstart", () => {
    composing = true;
    clearTimeout(timer);
  });
  input.addEventListener("compositionend", () => {
    composing = false;
    askSoon();
  });
  input.addEventListener("input", (event) => {
    if (!composing && !event.isComposing) askSoon();
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);

  input.addEventListener("keydown", (event) => {
    // While an input method composes, it owns the keys; some send keyCode 229 at its end.
    if (composing || event.isComposing || event.keyCode === 229 || list.hidden) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") choose(chosen >= last ? -1 : chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? last : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) open(list.children[chosen]);
    else return;
    event.preventDefault();
  });

  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) open(option);
  });
}

for (const form of document.querySelectorAll("form[data-suggest]")) suggestIn(form);
