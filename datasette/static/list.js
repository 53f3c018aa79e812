// The list of jobs, page by page: what is near the viewport is in the document; of the rest, its height alone.

const NEAR = 1500; // px beyond the viewport: pages that are kept filled, and where further ones are added
const SETTLED = 150; // ms without scrolling, after which the address follows
const PATIENCE = 4000; // ms after a page could not be had
const ANCHORS = CSS.supports("overflow-anchor", "auto");
const SIDES = { next: "after", previous: "before" };

export class JobList {
  constructor(section) {
    this.section = section;
    this.pages = section.querySelector(".pages");
    this.said = section.querySelector(".loaded");
    this.pager = section.querySelector(".pager");
    this.header = document.querySelector(".top");
    const { cards, query, next, previous, total } = section.dataset;
    Object.assign(this, { address: cards, query, total, ends: { next, previous } });
    this.ahead = {}; // the page beyond each end, asked for before it is needed
    this.growing = {};
    this.kept = new WeakMap(); // the cards of emptied pages
    this.failedAt = -PATIENCE;
    this.near = new IntersectionObserver((entries) => this.window(entries), { rootMargin: `${NEAR}px 0px` });
  }

  start() {
    history.scrollRestoration = "manual";
    for (const page of this.pages.children) this.near.observe(page);
    addEventListener("scroll", () => this.scrolled(), { passive: true });
    addEventListener("resize", () => this.scrolled(), { passive: true });
    document.addEventListener("click", () => this.remember(), { capture: true });
    if (history.state?.pk) this.restore(history.state);
    this.prefetch("next");
    this.prefetch("previous");
  }

  // Pages come and go ----------------------------------------------------------------------------------------------

  scrolled() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.check();
    });
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.remember(), SETTLED);
  }

  check() {
    const { top, bottom } = this.pages.getBoundingClientRect();
    const mayAsk = performance.now() - this.failedAt > PATIENCE;
    if (mayAsk && bottom < innerHeight + NEAR) this.grow("next");
    if (mayAsk && top < 0 && top > -NEAR) this.grow("previous"); // never while what stands above the list is in view
  }

  prefetch(side) {
    this.ahead[side] ??= this.ask(side).catch(() => null);
  }

  async ask(side) {
    if (!this.ends[side]) return { count: 0 };
    const place = this.beyond(side);
    const answer = await fetch(`${this.address}?${this.with(place)}`);
    return answer.ok ? { ...(await answer.json()), place } : null;
  }

  beyond(side) {
    return new URLSearchParams({ [SIDES[side]]: this.ends[side] }).toString();
  }

  with(place) {
    return [this.query, place].filter(Boolean).join("&");
  }

  // Add the page beyond this end; true where there was one.
  grow(side) {
    if (!this.ends[side]) return Promise.resolve(false);
    this.growing[side] ??= this.add(side).finally(() => {
      this.growing[side] = null;
    });
    return this.growing[side];
  }

  async add(side) {
    this.section.ariaBusy = "true";
    this.prefetch(side);
    const found = await this.ahead[side];
    this.ahead[side] = null;
    this.section.ariaBusy = "false";
    if (!found) return this.fail();
    this.ends[side] = found[side];
    this.keepPlace(() => {
      if (found.count) this.insert(side, found);
      this.point(side);
    });
    this.prefetch(side);
    this.tell();
    this.scrolled();
    return found.count > 0;
  }

  insert(side, found) {
    const page = document.createElement("div");
    page.className = "page";
    page.dataset.place = found.place;
    page.dataset.count = found.count;
    page.innerHTML = found.cards;
    if (side === "next") this.pages.append(page);
    else this.pages.prepend(page);
    this.near.observe(page);
  }

  fail() {
    this.failedAt = performance.now();
    this.said.textContent = "The next jobs could not be loaded. Scroll, or follow the link, to try again.";
    return false;
  }

  tell() {
    const count = [...this.pages.children].reduce((sum, page) => sum + Number(page.dataset.count), 0);
    this.said.textContent = `${count.toLocaleString("en")} of ${this.total} jobs are loaded.`;
  }

  // The links to further pages stay for who would rather click.
  point(side) {
    const link = this.section.querySelector(`.pager a[rel=${side === "next" ? "next" : "prev"}]`);
    if (!link) return;
    if (this.ends[side]) link.search = this.with(this.beyond(side));
    else link.closest(".pager").replaceChildren();
  }

  window(entries) {
    for (const { target, isIntersecting } of entries) (isIntersecting ? this.fill(target) : this.empty(target));
  }

  empty(page) {
    if (this.kept.has(page) || page.contains(document.activeElement)) return;
    page.style.height = `${page.getBoundingClientRect().height}px`;
    this.kept.set(page, page.innerHTML);
    page.replaceChildren();
  }

  fill(page) {
    if (!this.kept.has(page)) return;
    this.keepPlace(() => {
      page.innerHTML = this.kept.get(page);
      page.style.height = "";
    });
    this.kept.delete(page);
  }

  // Where the reader is --------------------------------------------------------------------------------------------

  get first() {
    const edge = Math.max(0, this.header.getBoundingClientRect().bottom);
    const isBelow = (element) => element.getBoundingClientRect().bottom > edge;
    for (const page of this.pages.children) {
      const card = isBelow(page) && [...page.children].find(isBelow);
      if (card) return card;
    }
    return null;
  }

  // Browsers with scroll anchors do this themselves, but for a page that is not scrolled.
  keepPlace(change) {
    const card = ANCHORS && scrollY > 0 ? null : this.first;
    const before = card?.getBoundingClientRect().top;
    change();
    if (card) this.scrollTo(card, before);
  }

  scrollTo(card, top) {
    scrollBy({ top: card.getBoundingClientRect().top - top, behavior: "instant" });
  }

  // The address names the first page in view, and this entry of the history the card.
  remember() {
    const card = this.first;
    if (!card) return;
    const page = card.parentElement;
    const isStart = !this.ends.previous && page === this.pages.firstElementChild;
    const query = this.with(isStart ? "" : page.dataset.place);
    const place = { pk: card.dataset.pk, top: card.getBoundingClientRect().top, focused: this.focused?.dataset.pk };
    history.replaceState(place, "", query ? `?${query}` : location.pathname);
  }

  async restore({ pk, top, focused }) {
    const card = this.card(pk);
    if (!card) return;
    this.scrollTo(card, top);
    const { bottom } = this.pages.getBoundingClientRect();
    if (bottom < innerHeight + NEAR && (await this.grow("next"))) this.scrollTo(card, top);
    this.card(focused)?.querySelector("h3 a").focus({ preventScroll: true });
  }

  card(pk) {
    return pk && this.pages.querySelector(`[data-pk="${pk}"]`);
  }

  // The keyboard's way through the list ----------------------------------------------------------------------------

  get focused() {
    return document.activeElement?.closest(".pages .job");
  }

  async step(by) {
    const now = this.focused;
    const { top, bottom } = now?.getBoundingClientRect() ?? {};
    const card = now && bottom > 0 && top < innerHeight ? await this.beside(now, by) : this.first;
    if (!card) return;
    card.querySelector("h3 a").focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  async beside(card, by) {
    const side = by > 0 ? "nextElementSibling" : "previousElementSibling";
    if (card[side]) return card[side];
    const page = card.parentElement;
    if (!page[side]) await this.grow(by > 0 ? "next" : "previous");
    if (!page[side]) return null;
    this.fill(page[side]);
    return by > 0 ? page[side].firstElementChild : page[side].lastElementChild;
  }
}
