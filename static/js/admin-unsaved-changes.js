// Asks before a page is left whose article form has changes that are not saved.

(() => {
  let form = null;
  let opened = "";
  let isLeaving = false; // by saving

  const values = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, String(value)]));

  addEventListener("DOMContentLoaded", () => {
    form = document.getElementById("article_form");
    if (!form) return;
    // What a refused form shows is not saved, however little it changes from here on.
    const isRefused = form.querySelector(".errornote, .errorlist") !== null;
    opened = isRefused ? "" : values();
    form.addEventListener("submit", (event) => {
      isLeaving = event.submitter?.formTarget !== "article-preview";
    });
  });

  addEventListener("pageshow", () => {
    isLeaving = false;
  });

  addEventListener("beforeunload", (event) => {
    if (form && !isLeaving && values() !== opened) event.preventDefault();
  });
})();
