// Runs in every document before anything of its own: tells what the browser itself complains of.
(() => {
  const told = window.told;
  addEventListener(
    "securitypolicyviolation",
    (event) => told("policy", `${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
    true,
  );
  addEventListener("message", (event) => told("message", String(event.data)), true);
})();
