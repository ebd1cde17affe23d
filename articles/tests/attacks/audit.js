// Looks at a finished page for anything that no page of the archive has. Returns what it found.
({ site, selectors }) => {
  // Names in a page can stand before a document's or a form's own members; not before these.
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
    "html head meta title link body header nav main article section footer h1 div".split(" "),
  );
  const never = new Set(
    ("applet audio base bgsound embed fencedframe frame frameset iframe marquee object param " +
      "portal shadow slot source style template track video xmp plaintext noembed " +
      "dialog map area").split(" "),
  );
  const names = new Set(
    ["content", "years", "years-head", "provenance-head", "q-head", "q-page", "q-page-list",
      "hits-head", "facets-head"],
  );
  // The search has forms that lead to it, a drawing, and one script of the archive's own.
  const { closest, matches } = Element.prototype;
  const { get: actionOf } = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "action");
  const searches = new Set("form input button label fieldset legend svg rect".split(" "));
  const fields = new Set(["q", "sort", "from", "to"]);
  const isOwnScript = (element) =>
    matches.call(element, "head > script[type=module]:empty") &&
    /^\/static\/search(\.[0-9a-f]{12})?\.js$/.test(element.src.replace(location.origin, ""));
  const isOfSearch = (element) => {
    if (element.localName === "script") return isOwnScript(element);
    if (!searches.has(element.localName)) return false;
    if (closest.call(element, "svg.histogram[aria-hidden=true]")) return true;
    const form = closest.call(element, "form.search-box, form.days");
    return form !== null && actionOf.call(form) === `${location.origin}/search/`;
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
    if (name !== "href" || element.localName !== "a") return false;
    if (url.username || url.password) return false;
    return /^https?:$/.test(url.protocol) || (url.protocol === "mailto:" && !url.search);
  };
  const story = one(".body");
  for (const element of all("*")) {
    const tag = element.localName;
    const inStory = site && story !== element && story?.contains(element);
    const preview = !site && element.matches("iframe.preview-frame[sandbox='']");
    if (never.has(tag) && !preview) say("an element", element);
    else if (inStory && !kept.has(tag)) say("an element in the story", element);
    else if (site && !inStory && !kept.has(tag) && !frame.has(tag) && !isOfSearch(element)) {
      say("an element", element);
    }
    if (element.shadowRoot) say("a shadow root", element);
    const isScript = tag === "script" && !(site && isOfSearch(element));
    if (isScript && (site || !element.src || element.textContent.trim())) {
      say("a script", element);
    }
    if (tag === "meta" && element.httpEquiv) say("an instruction", element);
    if (tag === "link" && !/^(stylesheet|icon|next|canonical|alternate)$/.test(element.rel)) say("a link", element);
    for (const { name, value } of attributes.call(element)) {
      if (name.startsWith("on")) say("a handler", element);
      if (site && name === "style") say("a style", element);
      if (inStory && !keptAttributes.has(name)) say(`the attribute ${name}`, element);
      if (site && name === "id" && !names.has(value)) say("an identity", element);
      const isNamed = name === "name" && tag !== "meta";
      if (site && isNamed && !(isOfSearch(element) && fields.has(value))) say("a name", element);
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
