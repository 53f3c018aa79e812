// Keeps the page of a run up to date; without this file it shows the run as it was when it was loaded.
"use strict";

(() => {
  const page = document.getElementById("progress");
  const body = page.querySelector("#boards tbody");
  const said = document.getElementById("link");
  const SHOWN = 200, AGAIN = 10000;
  const GOOD = ["complete", "unchanged", "completed"], BAD = ["failed", "blocked", "interrupted", "gone"];
  const SIGNS = { new: "+", changed: "~", closed: "−", reopened: "↺" };
  const count = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
  const run = Number(page.dataset.run);
  let last = page.dataset.after;

  const label = (words) => (words.charAt(0).toUpperCase() + words.slice(1)).replaceAll("_", " ");
  const tone = (outcome, guard) => BAD.includes(outcome) ? "bad" : GOOD.includes(outcome) && !guard ? "good" : "fair";
  const size = (bytes) => bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : bytes >= 1e3 ? `${(bytes / 1e3).toFixed(1)} kB` : `${bytes} B`;
  const spell = (seconds) => seconds >= 60 ? `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s` : `${seconds.toFixed(1)} s`;

  const element = (name, text = "", kind = "") => {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };

  const numeral = (text, small = "") => {
    const cell = element("td", text, "num");
    if (small) cell.append(element("small", small));
    return cell;
  };

  const board = (row) => {
    const line = document.createElement("tr"), name = element("td"), outcome = element("td"), jobs = element("td");
    const link = element("a", row.name), deltas = element("span", "", "deltas");
    line.dataset.company = row.company_id;
    link.href = row.href;
    name.append(link);
    outcome.append(element("span", label(row.outcome), `pill ${tone(row.outcome, row.guard)}`));
    if (row.guard) outcome.append(" ", element("span", `${label(row.guard)} guard`, "pill fair"));
    if (row.error) outcome.append(element("span", row.error, "why"));
    for (const [key, sign] of Object.entries(SIGNS)) {
      if (row[key]) deltas.append(element("span", sign + count.format(row[key]), key));
    }
    jobs.append(deltas);
    const claimed = row.claimed !== null && row.claimed !== row.fetched ? ` of ${count.format(row.claimed)}` : "";
    line.append(name, outcome, numeral(count.format(row.fetched), claimed), jobs,
      numeral(count.format(row.requests), row.retries ? ` ${row.retries} again` : ""), numeral(size(row.bytes)), numeral(spell(row.seconds)));
    return line;
  };

  const landed = (row) => {
    for (const line of body.children) if (line.dataset.company === row.company_id) { line.remove(); break; }
    body.prepend(board(row));
    while (body.children.length > SHOWN) body.lastElementChild.remove();
    document.getElementById("boards").hidden = false;
    page.querySelector(".empty")?.remove();
  };

  const counted = (state) => {
    const pill = document.getElementById("state"), bar = document.getElementById("bar");
    pill.textContent = label(state.state);
    pill.className = `pill ${tone(state.state)}`;
    if (bar) { bar.max = Math.max(1, state.boards); bar.value = state.done; }
    for (const number of page.querySelectorAll("[data-count]")) number.textContent = count.format(state[number.dataset.count] ?? 0);
    page.querySelector("[data-count=failed]").classList.toggle("bad", state.failed > 0);
    said.textContent = state.state === "running" ? "Live." : "Live: the run has ended, the next one will show here.";
  };

  const connect = () => {
    const source = new EventSource(`${page.dataset.events}?after=${encodeURIComponent(last)}`);
    const told = (show, key) => (event) => {
      const news = JSON.parse(event.data);
      last = event.lastEventId;
      if (news[key] === run) show(news);
      else { source.close(); location.reload(); }  // another run: a page of its own
    };
    source.addEventListener("board", told(landed, "run_id"));
    source.addEventListener("run", told(counted, "id"));
    source.addEventListener("error", () => {
      if (said) said.textContent = "Not connected; trying again.";
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN);
    });
    addEventListener("pagehide", () => source.close(), { once: true });
  };

  connect();
})();
