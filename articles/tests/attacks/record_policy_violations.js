// Runs in every document before its own scripts: records policy violations and messages.
(() => {
  const record = window.recordEvent;
  addEventListener(
    "securitypolicyviolation",
    (event) => record("policy", `${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
    true,
  );
  addEventListener("message", (event) => record("message", String(event.data)), true);
})();
