// Bookmarks in this browser's storage: the button on a story, and the page that lists them. Data from
// storage or from an imported file is untrusted: it is validated, and only ever shown as text.

const { MOST, list, keep } = window.archiveReader;
const LARGEST = 4 << 20; // bytes of a file
const CODE = /^[0-9a-z]{8,52}$/;
const STORY = /^\/\d{4}\/\d\d\/\d\d\/[^/\\?#\s]{1,600}\/$/; // within this site, and no other page
const DAY = /^\d{4}-\d\d-\d\d$/;
const LANGUAGE = /^[A-Za-z0-9-]{0,35}$/;

function checked(entry) {
  const { code, url, title, outlet, day, lang, added } = entry ?? {};
  const texts = [code, url, title, outlet, day];
  if (texts.some((text) => typeof text !== "string")) return null;
  if (!CODE.test(code) || !STORY.test(url) || !DAY.test(day)) return null;
  if (title.length > 1000 || outlet.length > 300) return null;
  const time = new Date(added);
  return {
    code, url, title, outlet, day,
    lang: LANGUAGE.test(lang ?? "") ? (lang ?? "") : "",
    added: (isNaN(time) ? new Date() : time).toISOString(),
  };
}

const bookmarks = () => list("bookmarks").map(checked).filter(Boolean).slice(0, MOST.bookmarks);
const codes = (values) => values.filter((code) => typeof code === "string" && CODE.test(code));

/* The button on a story. */

function serve(button) {
  const { dataset } = button;
  const says = document.querySelector("[data-bookmark-says]");
  const isKept = () => bookmarks().some(({ code }) => code === dataset.code);
  const show = () => {
    button.textContent = isKept() ? dataset.remove : dataset.add;
    button.classList.toggle("is-kept", isKept());
  };
  button.addEventListener("click", () => {
    const others = bookmarks().filter(({ code }) => code !== dataset.code);
    const wanted = !isKept();
    // Store the URL without the prefix of the interface language.
    const url = `/${dataset.url.slice(dataset.home.length)}`;
    const entry = wanted ? checked({ ...dataset, url, added: new Date() }) : null;
    const fits = !wanted || (entry && others.length < MOST.bookmarks);
    const done = fits && keep("bookmarks", wanted ? [entry, ...others] : others);
    says.textContent = done ? (wanted ? dataset.added : dataset.removed) : dataset.failed;
    show();
  });
  addEventListener("storage", show);
  addEventListener("pageshow", show);
  show();
  button.hidden = false;
}

/* The page that lists them. */

function serveList(place) {
  const { dataset } = place;
  const rows = place.querySelector("ol");
  const row = place.querySelector("template").content;
  const says = place.querySelector("[role=status]");
  const say = (words, numbers = {}) => {
    says.textContent = words.replace(/\{(\w+)\}/g, (_, name) => numbers[name]);
  };

  const addressOf = (url) => location.origin + dataset.site + url.slice(1);

  function rowOf(entry) {
    const made = row.cloneNode(true);
    const link = made.querySelector("a");
    const outlet = made.querySelector("[data-outlet]");
    const time = made.querySelector("time");
    link.href = dataset.home + entry.url.slice(1);
    if (entry.title) {
      link.textContent = entry.title;
      link.lang = entry.lang;
    }
    outlet.textContent = entry.outlet;
    time.dateTime = time.textContent = entry.day;
    made.querySelector("li").dataset.kept = entry.code;
    made.querySelector("button").setAttribute("aria-describedby", (link.id = `b-${entry.code}`));
    return made;
  }

  function show() {
    const entries = bookmarks();
    rows.replaceChildren(...entries.map(rowOf));
    place.querySelector("[data-none]").hidden = entries.length > 0;
    for (const button of place.querySelectorAll("[data-saves], [data-clears=bookmarks]")) {
      button.disabled = !entries.length && !(button.dataset.saves === "json" && list("read").length);
    }
  }

  rows.addEventListener("click", ({ target }) => {
    const item = target.closest("button") && target.closest("li");
    if (!item) return;
    const place = [...rows.children].indexOf(item);
    const others = bookmarks().filter(({ code }) => code !== item.dataset.kept);
    say(keep("bookmarks", others) ? dataset.removed : dataset.failed);
    show();
    const after = rows.children[Math.min(place, rows.children.length - 1)];
    (after?.querySelector("button") ?? says).focus();
  });

  function save(kind) {
    const entries = bookmarks();
    const text =
      kind === "json"
        ? JSON.stringify({ bookmarks: entries, read: codes(list("read")) }, null, 1)
        : entries.map(({ url }) => `${addressOf(url)}\n`).join("");
    const type = kind === "json" ? "application/json" : "text/plain;charset=utf-8";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = `bookmarks.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  async function load(file) {
    let found = null;
    try {
      if (file.size <= LARGEST) found = JSON.parse(await file.text());
    } catch {
      // reported below
    }
    if (!Array.isArray(found?.bookmarks)) return say(dataset.unreadable);
    const entries = new Map(bookmarks().map((entry) => [entry.code, entry]));
    const before = entries.size;
    let known = 0;
    let refused = 0;
    for (const each of found.bookmarks) {
      const entry = checked(each);
      if (entry && entries.has(entry.code)) known += 1;
      else if (entry && entries.size < MOST.bookmarks) entries.set(entry.code, entry);
      else refused += 1;
    }
    const sorted = [...entries.values()].sort((a, b) => b.added.localeCompare(a.added));
    const read = Array.isArray(found.read) ? codes(found.read) : [];
    const marks = [...new Set([...read, ...codes(list("read"))])];
    const done = keep("bookmarks", sorted) && keep("read", marks);
    say(done ? dataset.imported : dataset.failed, { added: entries.size - before, known, refused });
    show();
  }

  // The first click asks for confirmation, the second one deletes; losing focus cancels.
  const isMeant = (button) => {
    const label = button.textContent;
    if (label === button.dataset.asks) return true;
    button.textContent = button.dataset.asks;
    button.focus(); // Safari does not focus what is clicked, and then there would be no blur
    button.addEventListener("blur", () => (button.textContent = label), { once: true });
    return false;
  };

  place.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    const { saves, clears } = button?.dataset ?? {};
    if (saves) save(saves);
    if (clears && isMeant(button)) {
      say(keep(clears, []) ? dataset.removed : dataset.failed);
      show();
    }
  });
  place.querySelector("input[type=file]").addEventListener("change", async ({ target }) => {
    if (target.files[0]) await load(target.files[0]);
    target.value = "";
  });
  addEventListener("storage", show);
  addEventListener("pageshow", show);
  show();
  place.hidden = false;
}

for (const button of document.querySelectorAll("button[data-bookmark]")) serve(button);
for (const place of document.querySelectorAll("[data-bookmarks]")) serveList(place);
