// The questions of a form: a small JSON Schema (docs/processes.md) shown as rows, and written back from them.

const KINDS = {
  text: { type: "string" }, multiline: { type: "string", format: "multiline" }, choice: { type: "string" },
  yesno: { type: "boolean" }, date: { type: "string", format: "date" }, amount: { type: "number", format: "amount" },
  integer: { type: "integer" }, number: { type: "number" }, person: { type: "string", format: "person" },
  document: { type: "string", format: "document" },
};

function kindOf(property) {
  if (property.oneOf) return "choice";
  return Object.keys(KINDS).find((kind) => KINDS[kind].type === property.type && (KINDS[kind].format ?? "") === (property.format ?? "") && kind !== "choice") ?? "text";
}

export function formOf(object) {
  const found = (object?.extensionElements?.values ?? []).find((one) => one.$type === "kundenakte:Form");
  try {
    return JSON.parse(found?.text || "{}");
  } catch {
    return {};
  }
}

export function setForm(moddle, object, set, form) {
  const others = (object.extensionElements?.values ?? []).filter((one) => one.$type !== "kundenakte:Form");
  const values = Object.keys(form.properties).length ? [...others, moddle.create("kundenakte:Form", { text: JSON.stringify(form) })] : others;
  set({ extensionElements: values.length ? moddle.create("bpmn:ExtensionElements", { values }) : undefined });
}

const plain = (text) => text.toLowerCase().replace(/ä/g, "ae").replace(/ö/g, "oe").replace(/ü/g, "ue").replace(/ß/g, "ss")
  .replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 40);
const choicesOf = (property) => (property.oneOf ?? []).map((one) => `${one.const} = ${one.title}`).join("\n");
const asChoices = (text) => text.split("\n").filter((line) => line.trim()).map((line) => {
  const [value, ...title] = line.split("=");
  return { const: title.length ? value.trim() : plain(value), title: (title.join("=") || value).trim() };
});

// Rows for a form inside `spot`; `keep` gets the whole form after each change.
export function questions(spot, form, row, keep) {
  const list = spot.querySelector("[data-questions]");
  const known = new Map();

  function add(name, property, required) {
    list.append(row());
    const made = list.lastElementChild;
    known.set(made, property);
    const field = (of) => made.querySelector(`[data-of="${of}"]`);
    field("title").value = property.title ?? "";
    field("name").value = name;
    field("kind").value = kindOf(property);
    field("choices").value = choicesOf(property);
    field("required").checked = required;
    const look = () => {
      made.querySelector("[data-legend]").textContent = field("title").value;
      made.querySelector('[data-only="choice"]').hidden = field("kind").value !== "choice";
    };
    look();
    field("title").addEventListener("change", () => { field("name").value ||= plain(field("title").value); });
    made.addEventListener("change", () => { look(); tell(); });
    made.querySelector("[data-remove]").addEventListener("click", () => { made.remove(); tell(); spot.querySelector("[data-add]").focus(); });
    made.querySelector("[data-up]").addEventListener("click", (event) => {
      made.previousElementSibling?.before(made);
      event.currentTarget.focus();
      tell();
    });
    return made;
  }

  function tell() {
    const properties = {};
    const required = [];
    for (const made of list.children) {
      const field = (of) => made.querySelector(`[data-of="${of}"]`);
      const name = field("name").value.trim();
      if (!name) continue;
      const kind = field("kind").value;
      // What these rows do not show, such as a least amount, stays as long as the kind of answer does.
      const before = known.get(made);
      const { title: _title, type: _type, format: _format, oneOf: _oneOf, ...rest } = kindOf(before) === kind ? before : {};
      properties[name] = { title: field("title").value.trim(), ...KINDS[kind], ...rest };
      if (kind === "choice") properties[name].oneOf = asChoices(field("choices").value);
      if (field("required").checked) required.push(name);
    }
    keep({ type: "object", required, properties });
  }

  for (const [name, property] of Object.entries(form.properties ?? {})) add(name, property, (form.required ?? []).includes(name));
  spot.querySelector("[data-add]").addEventListener("click", () => add("", { type: "string" }, false).querySelector("input").focus());
}
