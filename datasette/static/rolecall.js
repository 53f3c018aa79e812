// Every page works without this file: "/" goes to the search box, and a card's Save button is sent as it is pressed.

document.addEventListener("keydown", (event) => {
  const search = document.querySelector("input[type=search]");
  const isTyping = event.target.closest("input, textarea, select, dialog");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping || !search) return;
  event.preventDefault();
  search.select();
  search.focus();
});

document.addEventListener("click", (event) => {
  const card = event.target.closest(".save")?.closest(".job");
  if (card) toggleSaved(card);
});

const token = () => document.cookie.match(/(?:^|; )ds_csrftoken=([^;]*)/)?.[1] ?? "";

const post = (card, status) =>
  fetch(card.dataset.mark, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": token() },
    body: new URLSearchParams({ status }),
  });

// A job's own page has a form, and so gives the cookie that a write needs; an old one is of a server that is gone.
const mark = async (card, status) => {
  let answer = await post(card, status);
  if (answer.status === 403) {
    await fetch(card.querySelector("h3 a").href, { cache: "reload" });
    answer = await post(card, status);
  }
  if (answer.ok) return;
  const { error } = await answer.json().catch(() => ({}));
  throw new Error(error ?? `The server answered ${answer.status}.`);
};

const show = (card, status) => {
  card.dataset.status = status;
  card.querySelector(".save").setAttribute("aria-pressed", String(status === "saved"));
};

// At once on the page; back again, with the reason, where it could not be written.
export const toggleSaved = async (card) => {
  const before = card.dataset.status;
  if (!card.querySelector(".save")) {
    if (before) say(`This one is “${before}”; change that on its own page.`);
    return;
  }
  show(card, before === "saved" ? "" : "saved");
  try {
    await mark(card, card.dataset.status);
  } catch (error) {
    show(card, before);
    say(`“${card.querySelector("h3").textContent.trim()}” was not ${before === "saved" ? "removed" : "saved"}. ${error.message}`);
  }
};

const say = (words) => {
  const toast = document.querySelector("#toast");
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => {
    toast.hidden = true;
  }, 8000);
};
