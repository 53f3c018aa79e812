// The form works without this file: with it, status and note are saved without leaving the page.
"use strict";

const form = document.querySelector("form.mine");
const said = form && form.querySelector("output");
const field = (name) => form.elements.namedItem(name);
const read = () => ({ status: field("status").value, note: field("note").value });
let saved = form && read();
let saving = null;

const changes = () => Object.entries(read()).filter(([name, value]) => value !== saved[name]);

const save = async () => {
  const sent = changes();
  if (!sent.length) return;
  said.value = "Saving …";
  const response = await fetch(form.action, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams([["csrftoken", field("csrftoken").value], ...sent]),
  }).catch(() => null);
  const answer = response && await response.json().catch(() => null);
  if (!answer || !answer.ok) {
    said.value = (answer && answer.error) || "Not saved: the server did not answer.";
    return;
  }
  for (const [name, value] of sent) {
    if (field(name).value === value) field(name).value = answer[name] ?? "";
    saved[name] = answer[name] ?? "";
  }
  said.value = "Saved";
};

// one at a time: a later answer must not be overtaken by an earlier one
const saveInTurn = () => { saving = Promise.resolve(saving).then(save); };

if (form) {
  form.addEventListener("submit", (event) => { event.preventDefault(); saveInTurn(); });
  form.addEventListener("change", saveInTurn);
  addEventListener("beforeunload", (event) => { if (changes().length) event.preventDefault(); });
}
