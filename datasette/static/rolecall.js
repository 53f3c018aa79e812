// The page works without this file: "/" goes to the search box, and the next page of jobs is fetched before it is needed.
"use strict";

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  const search = document.querySelector("input[type=search]");
  if (event.key !== "/" || typing || !search) return;
  event.preventDefault();
  search.focus();
});

const append = async (list, pager) => {
  const link = pager.querySelector("a.next");
  if (!link) return;
  const response = await fetch(link.href);
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const card of page.querySelectorAll(".list > .card")) list.insertBefore(document.adoptNode(card), pager);
  const further = page.querySelector(".list > .pager a.next");
  if (further) link.href = further.getAttribute("href");
  else link.remove();
  if (further) observe(list, pager);
};

const observe = (list, pager) => {
  const near = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    near.disconnect();
    append(list, pager);
  }, { rootMargin: "1200px" });
  near.observe(pager);
};

const list = document.querySelector(".jobs .list");
const pager = list && list.querySelector(":scope > .pager");
if (pager) observe(list, pager);
