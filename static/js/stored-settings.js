// Applies the reader's settings before the first paint, and gives the other scripts access to them. The
// settings stay in this browser. If it forbids storage, they last for the page.

window.archiveReader = (() => {
  const CHOICES = {
    // The first value of each is the default.
    theme: ["system", "light", "dark"],
    size: ["0", "-1", "1", "2", "3"],
    measure: ["normal", "narrow", "wide"],
    keys: ["on", "off"],
    marks: ["on", "off"],
  };
  const MOST = { bookmarks: 2000, read: 5000 }; // of each list; the oldest are forgotten
  const root = document.documentElement;
  const unkept = new Map();

  function stored(name) {
    try {
      return localStorage.getItem(`archive.${name}`);
    } catch {
      return null;
    }
  }

  function store(name, text) {
    try {
      if (text === null) localStorage.removeItem(`archive.${name}`);
      else localStorage.setItem(`archive.${name}`, text);
      return true;
    } catch {
      return false;
    }
  }

  function setting(name) {
    const value = unkept.get(name) ?? stored(name);
    return CHOICES[name].includes(value) ? value : CHOICES[name][0];
  }

  function apply() {
    for (const name of ["theme", "size", "measure"]) {
      const value = setting(name);
      if (value === CHOICES[name][0]) delete root.dataset[name];
      else root.dataset[name] = value;
    }
    const theme = root.dataset.theme;
    const scheme = document.querySelector("meta[name=color-scheme]");
    if (scheme) scheme.content = theme ?? "light dark";
    for (const meta of document.querySelectorAll("meta[name=theme-color][media]")) {
      meta.dataset.media ??= meta.media;
      meta.media = theme ? (meta.dataset.media.includes(theme) ? "all" : "not all") : meta.dataset.media;
    }
  }

  function choose(name, value) {
    const kept = store(name, value === CHOICES[name][0] ? null : value);
    if (kept) unkept.delete(name);
    else unkept.set(name, value);
    apply();
    return kept;
  }

  function list(name) {
    try {
      const values = JSON.parse(stored(name));
      return Array.isArray(values) ? values : [];
    } catch {
      return [];
    }
  }

  function keep(name, values) {
    return store(name, values.length ? JSON.stringify(values.slice(-MOST[name])) : null);
  }

  apply();
  addEventListener("storage", apply); // another tab has chosen
  addEventListener("pageshow", (event) => event.persisted && apply());
  return Object.freeze({ MOST, setting, choose, list, keep });
})();
