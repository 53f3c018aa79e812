// The first page with scripts: its list goes on by itself, and keys move through it.
import { JobList } from "./list.js";
import { toggleSaved } from "./rolecall.js";

const keys = document.querySelector("#keys");
const list = new JobList(document.querySelector(".list"));
let stepping = Promise.resolve();

const step = (by) => {
  stepping = stepping.then(() => list.step(by));
};

const save = () => {
  if (list.focused) toggleSaved(list.focused);
};

const ACTIONS = { j: () => step(1), k: () => step(-1), s: save, "?": () => keys.showModal() };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  const act = ACTIONS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
document.querySelector("#show-keys").addEventListener("click", () => keys.showModal());
list.start();
