// Audits a finished page for anything that no page of the archive may have. Returns the findings.
({ site, selectors }) => {
  // Names in a page can shadow members of a document or a form, but not these (DOM clobbering).
  const one = Document.prototype.querySelector.bind(document);
  const all = Document.prototype.querySelectorAll.bind(document);
  const { get: attributes } = Object.getOwnPropertyDescriptor(Element.prototype, "attributes");
  const found = [];
  const kept = new Set(
    ("a abbr b bdi bdo blockquote br caption cite code dd del details dfn dl dt em figcaption " +
      "figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span " +
      "strong sub summary sup table tbody td tfoot th thead time tr u ul var").split(" "),
  );
  const keptAttributes = new Set(
    ("alt colspan datetime dir height href lang open reversed rowspan scope src start title value " +
      "width").split(" "),
  );
  const frame = new Set(
    "html head meta title link body header nav main article aside section footer h1 div".split(" "),
  );
  const never = new Set(
    ("applet audio base bgsound embed fencedframe frame frameset iframe marquee object param " +
      "portal shadow slot source style template track video xmp plaintext noembed " +
      "dialog map area").split(" "),
  );
  const names = new Set(
    ("content years years-head years-ago-head before-head newest-head outlets-head earlier-head " +
      "coverage-caption provenance-head short-address is-read keys-head q-head q-page " +
      "q-page-list hits-head facets-head cite-gb cite-gb-head cite-apa cite-apa-head cite-zh " +
      "cite-zh-head cite-en cite-en-head").split(" "),
  );
  // The archive's own markup beyond that: search and comparison forms, drawings, reading settings
  // and scripts.
  const { closest, matches } = Element.prototype;
  const { get: actionOf } = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "action");
  const parts = new Set("form input button label fieldset legend select option".split(" "));
  const places = ".reading-settings, .keys-help, .citation, .provenance .facts, .tools, " +
    "[data-bookmarks]";
  const fields = new Set("q sort from to script old new theme size measure marks keys".split(" "));
  const isJson = (text) => {
    try {
      return typeof JSON.parse(text) === "object";
    } catch {
      return false;
    }
  };
  const isOwnScript = (element) => {
    if (matches.call(element, "head > script[type='application/ld+json']:not([src])")) {
      return all("script[type='application/ld+json']").length === 1 && isJson(element.textContent);
    }
    const own =
      /^\/static\/js\/(search-autocomplete|video-player|stored-settings|reading-settings|keyboard-shortcuts|bookmarks)(\.[0-9a-f]{12})?\.js$/;
    return matches.call(element, "head > script:empty") &&
      own.test(element.src.replace(location.origin, ""));
  };
  const isOwnForm = (form) => {
    if (matches.call(form, ".keys-help form[method=dialog]:not([action])")) return true;
    if (!matches.call(form, ".search-box, .days, .compare")) return false;
    const { origin, pathname } = new URL(actionOf.call(form));
    const path = pathname.replace(/^\/(zh-hans|zh-hant|en)\//, "/");
    return origin === location.origin &&
      (path === "/search/" || /^\/a\/[0-9a-z]+\/versions\/$/.test(path));
  };
  const isOwnPart = (element) => {
    const tag = element.localName;
    if (tag === "script") return isOwnScript(element);
    if (tag === "dialog") return matches.call(element, "body > header > .site-tools > .keys-help:not([open])");
    if (tag === "template" || tag === "noscript") return location.pathname === "/bookmarks/";
    if (tag === "svg" || tag === "rect") {
      return closest.call(element, ":is(.histogram, .sparkline > svg)[aria-hidden=true]") !== null;
    }
    if (!parts.has(tag)) return false;
    const form = closest.call(element, "form");
    return form ? isOwnForm(form) : closest.call(element, places) !== null;
  };
  const addresses = ["href", "src", "action", "formaction", "data", "poster", "background",
    "srcset", "cite", "longdesc", "manifest", "ping", "xlink:href", "imagesrcset"];
  const say = (what, element) => found.push(`${what}: ${element.outerHTML.slice(0, 160)}`);
  const safe = (element, name, value) => {
    let url;
    try {
      url = new URL(value, document.baseURI);
    } catch {
      return false;
    }
    if (url.origin === location.origin) return true;
    const isLink = element.localName === "a" ||
      matches.call(element, "head > link:is([rel=canonical], [rel=alternate][hreflang])");
    if (name !== "href" || !isLink) return false;
    if (url.username || url.password) return false;
    return /^https?:$/.test(url.protocol) || (url.protocol === "mailto:" && !url.search);
  };
  const story = one(".body");
  for (const element of all("*")) {
    const tag = element.localName;
    const inStory = site && story !== element && story?.contains(element);
    const preview = !site && element.matches("iframe.preview-frame[sandbox='']");
    if (never.has(tag) && !preview && !(site && isOwnPart(element))) say("an element", element);
    else if (inStory && !kept.has(tag)) say("an element in the story", element);
    else if (site && !inStory && !kept.has(tag) && !frame.has(tag) && !isOwnPart(element)) {
      say("an element", element);
    }
    if (element.shadowRoot) say("a shadow root", element);
    const isScript = tag === "script" && !(site && isOwnPart(element));
    if (isScript && (site || !element.src || element.textContent.trim())) {
      say("a script", element);
    }
    if (tag === "meta" && element.httpEquiv) say("an instruction", element);
    const rels = /^(stylesheet|icon|next|canonical|alternate|search)$/;
    if (tag === "link" && !rels.test(element.rel)) say("a link", element);
    for (const { name, value } of attributes.call(element)) {
      if (name.startsWith("on")) say("a handler", element);
      if (site && name === "style") say("a style", element);
      if (inStory && !keptAttributes.has(name)) say(`the attribute ${name}`, element);
      const isListed = /^b-[0-9a-z]{8,52}$/.test(value) && closest.call(element, ".bookmarks");
      if (site && name === "id" && !names.has(value) && !isListed) say("an identity", element);
      const isNamed = name === "name" && tag !== "meta";
      if (site && isNamed && !(isOwnPart(element) && fields.has(value))) say("a name", element);
      if (addresses.includes(name) && !safe(element, name, value)) say("an address", element);
      if (name === "target" && !/^_blank$|^$/.test(value)) say("a target", element);
    }
  }
  if (site) {
    const end = document.body.lastElementChild;
    if (!end?.matches("footer.site-foot")) found.push("the page does not end with its own end");
    if (all("main").length !== 1) found.push("not one main part");
  } else if (!one("#footer")) {
    found.push("the page does not end with its own end");
  }
  if (window.name) found.push(`the window is called ${window.name}`);
  if (origin !== "null" && /attack|ship/.test(document.cookie)) {
    found.push(`a cookie: ${document.cookie}`); // a sandboxed page may not even ask
  }
  for (const details of all(".body details")) details.open = true; // innerText is what is seen
  const texts = (selector) =>
    [...all(selector)].map((e) => e.textContent.replace(/\s+/g, " ").trim());
  return {
    found,
    story: story ? story.innerText.replace(/\s+/g, " ").trim() : null,
    shown: Object.fromEntries(selectors.map((selector) => [selector, texts(selector)])),
    next: one("a[rel=next]:is([href^='?'], [href^='/search/?'])")?.href ?? null,
  };
}
