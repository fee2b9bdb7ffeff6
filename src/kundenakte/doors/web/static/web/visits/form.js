// One visit: what was taken along, and the report. Every key is kept; a device that goes dark loses nothing.
import * as photos from "./photos.js";
import * as signature from "./signature.js";
import * as store from "./store.js";
import { bind as rows } from "./times.js";
import { day, filled, piece, wall, word } from "./words.js";

const EMPTY = () => ({ answers: {}, remark: "", times: [], parts: [], captions: {}, signer: "", signature: null, unsigned: "" });

// Puts away the report that is being written; without `keep` another window has it by now.
export let leave = async () => {};

export async function show(place, visit, { finished, back }) {
  const report = (await store.get("reports", visit.task)) ?? { task: visit.task, person: visit.person, key: crypto.randomUUID(), state: "open", values: EMPTY() };
  const values = report.values;
  const page = filled(piece("visit"), { title: visit.title, number: visit.number, customer: visit.customer, step: visit.step, instruction: visit.instruction, note: visit.note });
  dossier(page, visit);
  const saved = page.querySelector("[data-saved]");
  let waiting = 0;
  let isLeft = false;
  const save = async () => {
    clearTimeout(waiting);
    waiting = 0;
    if (report.state !== "open" || isLeft) return;
    try {
      await store.put("reports", report);
      saved.textContent = word("saved");
    } catch {
      saved.textContent = word("not-saved");
    }
  };
  const changed = () => {
    saved.textContent = "";
    clearTimeout(waiting);
    waiting = setTimeout(save, 250);
  };
  const flush = () => waiting && save();
  document.addEventListener("visibilitychange", flush);
  window.addEventListener("pagehide", flush);
  leave = async ({ keep = true } = {}) => {
    document.removeEventListener("visibilitychange", flush);
    window.removeEventListener("pagehide", flush);
    if (keep) await flush();
    isLeft = true;
    leave = async () => {};
  };

  questions(page.querySelector("[data-questions]"), visit.form, values.answers, report.fields ?? {}, changed);
  text(page.querySelector("[data-remark]"), values, "remark", changed);
  text(page.querySelector("[data-signer]"), values, "signer", changed);
  text(page.querySelector("[data-unsigned]"), values, "unsigned", changed);
  rows(page.querySelector("[data-rows=times]"), "time", values.times, changed);
  rows(page.querySelector("[data-rows=parts]"), "part", values.parts, changed);
  const field = signature.bind(page.querySelector("[data-signature]"), values.signature, () => {
    values.signature = field.value(values.signer, wall());
    changed();
  });
  const trouble = page.querySelector("[data-trouble]");
  // The sentence stands where the eye is: just above what it is about.
  const complain = (sentence, about = page.querySelector("form > section")) => {
    about.before(trouble);
    trouble.hidden = !sentence;
    trouble.querySelector("span").textContent = sentence;
  };
  await photos.bind(page.querySelector("[data-photos]"), visit, values.captions, changed, (sentence) => complain(sentence, page.querySelector("label[for=photo-choose]")));
  complain(report.sentence ?? "");

  page.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = firstMissing(page, visit.form, values);
    complain(wrong?.sentence ?? "", wrong?.field.closest(".question, .visit-line, section > label + input") ?? undefined);
    if (wrong) {
      wrong.field.focus({ preventScroll: true });
      trouble.scrollIntoView({ block: "center" });
      return;
    }
    const kept = (await store.ofTask("photos", visit.task)).sort((one, other) => one.taken.localeCompare(other.taken));
    report.said = {
      task: visit.task, answers: values.answers, remark: values.remark,
      times: values.times.map(({ kind, begin, end }) => ({ kind, begin, end })),
      parts: values.parts.map(({ number, name, quantity }) => ({ number, name, quantity })),
      photos: kept.map(({ key }) => ({ key, caption: values.captions[key] ?? "" })),
      signature: values.signature && { ...values.signature, name: values.signer },
      unsigned: values.signature ? "" : values.unsigned, finished_at: wall(),
    };
    clearTimeout(waiting);
    waiting = 0;
    try {
      await store.put("reports", { ...report, state: "ready", sentence: "", fields: {} });
    } catch {
      complain(word("not-saved"), page.querySelector(".finish"));
      return;
    }
    report.state = "ready";
    finished();
  });
  page.querySelector("[data-back]").addEventListener("click", async (event) => {
    event.preventDefault();
    await flush();
    back();
  });
  place.replaceChildren(page);
  place.querySelector("h1").focus();
}

function text(field, values, name, changed) {
  field.value = values[name];
  field.addEventListener("input", () => {
    values[name] = field.value;
    changed();
  });
}

// --- what was taken along ----------------------------------------------------------------------------------------

function dossier(page, visit) {
  const due = page.querySelector("[data-due]");
  if (visit.due) due.append(day(visit.due));
  else due.remove();
  const known = page.querySelector("[data-known]");
  for (const [title, words] of visit.known) known.append(...pair(title, words));
  for (const address of visit.addresses) known.append(...pair(word("address"), address));
  for (const one of visit.contacts) known.append(...pair(one.position || word("contact"), contact(one)));
  papers(page.querySelector("[data-documents]"), visit.documents);
  papers(page.querySelector("[data-history]"), visit.history);
}

function pair(title, value) {
  const [term, said] = [document.createElement("dt"), document.createElement("dd")];
  term.textContent = title;
  said.append(value);
  return [term, said];
}

function contact({ name, phone, email }) {
  const said = document.createElement("span");
  said.append(name);
  for (const [kind, value] of [["tel", phone], ["mailto", email]]) {
    if (!value) continue;
    const link = document.createElement("a");
    link.href = `${kind}:${value.replaceAll(" ", "")}`;
    link.textContent = value;
    said.append(", ", link);
  }
  return said;
}

function papers(section, found) {
  const list = section.querySelector("[data-list]");
  section.hidden = found.length === 0;
  for (const paper of found) {
    const item = filled(piece("paper"), { title: paper.title, about: [paper.kind, paper.number, day(paper.day)].filter(Boolean).join(" · ") });
    const details = item.querySelector("details");
    if (!paper.pages?.length) details.remove();
    else details.addEventListener("toggle", () => pictures(details, paper), { once: true });
    list.append(item);
  }
}

async function pictures(details, paper) {
  for (const [index, address] of paper.pages.entries()) {
    const row = await store.get("pages", address);
    if (!row) continue;
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${paper.title}, ${word("page")} ${index + 1}`);
    details.append(canvas);
    await photos.onCanvas(canvas, row.content, 1400).catch(() => canvas.remove());
  }
}

// --- the questions of the task -----------------------------------------------------------------------------------

function questions(place, form, answers, faults, changed) {
  for (const asked of form) {
    answers[asked.name] ??= asked.kind === "date" ? wall().slice(0, 10) : (asked.default ?? "");
    const item = filled(piece(asked.kind === "yesno" ? "yesno" : "question"), { title: asked.title, help: asked.help, fault: faults[asked.name] });
    item.classList.toggle("required", asked.required);
    const said = (value) => {
      answers[asked.name] = value;
      changed();
    };
    if (asked.kind === "yesno") choiceOf(item, asked, answers, said);
    else {
      const field = fieldOf(asked);
      field.id = `frage-${asked.name}`;
      field.required = asked.required;
      field.value = answers[asked.name];
      field.addEventListener("input", () => said(field.value));
      if (faults[asked.name]) field.setAttribute("aria-invalid", "true");
      item.querySelector("label").htmlFor = field.id;
      item.querySelector("[data-field]").replaceWith(field);
    }
    place.append(item);
  }
}

function choiceOf(item, asked, answers, said) {
  for (const radio of item.querySelectorAll("input")) {
    radio.name = `frage-${asked.name}`;
    radio.checked = String(answers[asked.name]) === radio.value;
    radio.addEventListener("change", () => said(radio.value));
  }
}

function fieldOf(asked) {
  if (asked.kind === "choice") {
    const select = document.createElement("select");
    select.append(new Option(word("choose"), ""), ...asked.choices.map(([value, title]) => new Option(title, value)));
    return select;
  }
  if (asked.kind === "multiline") return Object.assign(document.createElement("textarea"), { rows: 4, maxLength: asked.longest });
  const field = document.createElement("input");
  field.type = asked.kind === "date" ? "date" : "text";
  field.autocomplete = "off";
  if (["number", "integer", "amount"].includes(asked.kind)) field.inputMode = "decimal";
  return field;
}

// The first thing that is missing, in the order of the page.
function firstMissing(page, form, values) {
  for (const asked of form) {
    if (!asked.required || String(values.answers[asked.name] ?? "").trim()) continue;
    return { sentence: `${word("missing")} „${asked.title}“`, field: page.querySelector(`[id="frage-${asked.name}"], [name="frage-${asked.name}"]`) };
  }
  for (const [index, time] of values.times.entries()) {
    const field = page.querySelectorAll("[data-rows=times] [data-list] > *")[index];
    if (!time.begin || !time.end) return { sentence: word("time-missing"), field: field.querySelector(`[data-field=${time.begin ? "end" : "begin"}]`) };
    if (time.end < time.begin) return { sentence: word("time-backwards"), field: field.querySelector("[data-field=end]") };
  }
  for (const [index, part] of values.parts.entries()) {
    const field = page.querySelectorAll("[data-rows=parts] [data-list] > *")[index];
    if (!part.name.trim() && !part.number.trim()) return { sentence: word("part-missing"), field: field.querySelector("[data-field=name]") };
    if (!/^\d{1,7}([.,]\d{1,3})?$/.test(part.quantity.trim())) return { sentence: word("quantity-missing"), field: field.querySelector("[data-field=quantity]") };
  }
  if (values.signature && !values.signer.trim()) return { sentence: word("signer-missing"), field: page.querySelector("[data-signer]") };
  if (!values.signature && !values.unsigned.trim()) return { sentence: word("signature-missing"), field: page.querySelector("[data-unsigned]") };
  return null;
}
