// Does to a page what a reader could: hovers over everything, focuses, opens, and clicks whatever
// is no plain link. With `again`, the page's HTML is parsed once more in place.
({ site, again }) => {
  const one = Document.prototype.querySelector.bind(document);
  const { get: attributes } = Object.getOwnPropertyDescriptor(Element.prototype, "attributes");
  const { closest } = Element.prototype;
  const area = site ? document.body : one("#content") ?? document.body;
  const movements = ["pointerenter", "pointermove", "mouseover", "mouseenter", "mousemove"];
  const touch = (element) => {
    for (const { name } of [...attributes.call(element)]) {
      if (name.startsWith("on")) element.dispatchEvent(new Event(name.slice(2)));
    }
    for (const name of movements) element.dispatchEvent(new MouseEvent(name, { bubbles: true }));
    if (element.tabIndex >= 0 && element.focus) element.focus({ preventScroll: true });
    if (site && element.localName === "summary") element.click();
  };
  // The archive's search forms and histogram navigate away as plain links do.
  const leadsToSearch = (element) =>
    closest.call(element, "form.search-box, form.days, svg.histogram") &&
    !closest.call(element, ".body");
  const click = (element) => {
    if (leadsToSearch(element)) return;
    const link = element.closest?.("a, area");
    const target = link?.href?.baseVal ?? link?.href;
    if (link && /^(https?|mailto):/i.test(target ?? "https:") && !link.ping) return;
    element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  };
  const everything = () => {
    for (const element of [...area.querySelectorAll("*")]) touch(element);
    const wanted = site
      ? "a, area, button, label, input, [onclick], svg a *, math *"
      : "a:not([href^='/']):not([href^='?']):not([href^='#']), [onclick]";
    for (const element of [...area.querySelectorAll(wanted)]) click(element);
  };
  everything();
  if (again) {
    area.innerHTML = area.innerHTML;
    everything();
  }
}
