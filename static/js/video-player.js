// A click on the box of a video loads its player; before that, nothing is requested from another site.
// A time in the text, such as one of a chapter, starts the player at that second.

const SITES = [
  [
    /^https:\/\/www\.youtube\.com\/watch\?v=([\w-]{11})(?:&t=(\d+)s)?$/,
    ([, id, start = 0]) => `https://www.youtube-nocookie.com/embed/${id}?autoplay=1&start=${start}`,
  ],
  [
    /^https:\/\/vimeo\.com\/(\d+)(?:\/(\w+))?(?:#t=(\d+)s)?$/,
    ([, id, key, start = 0]) =>
      `https://player.vimeo.com/video/${id}?dnt=1&autoplay=1${key ? `&h=${key}` : ""}#t=${start}s`,
  ],
];

function videoAt(address) {
  for (const [page, player] of SITES) {
    const match = page.exec(address);
    if (match) return { id: match[1], player: player(match) };
  }
  return null;
}

function play(box, address) {
  const frame = document.createElement("iframe");
  frame.title = document.querySelector("h1")?.textContent.trim() || document.title;
  frame.allow = "autoplay; fullscreen; picture-in-picture";
  frame.sandbox = "allow-scripts allow-same-origin allow-presentation allow-popups";
  frame.referrerPolicy = "strict-origin-when-cross-origin"; // YouTube plays for known pages only
  frame.src = address;
  box.querySelector("iframe")?.remove();
  box.prepend(frame);
  box.classList.add("playing");
  frame.scrollIntoView({ block: "nearest" });
  frame.focus();
}

const boxes = [...document.querySelectorAll("figure.player")];

document.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest(".body a[href]");
  const video = link && videoAt(link.href);
  if (!video) return;
  const own = link.closest("figure.player");
  const box = own ?? boxes.find((each) => videoAt(each.querySelector("a").href)?.id === video.id);
  if (!box || own?.classList.contains("playing")) return; // the link below a player leads away
  event.preventDefault();
  play(box, video.player);
});
