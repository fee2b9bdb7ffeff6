// What can be said of the chosen element. The fields stand as <template data-panel="…"> on the page, in its language;
// each change is a command of the modeller, so that Ctrl+Z takes it back.
import { formOf, questions, setForm } from "./drawing-form.js";

const template = (kind, name) => document.querySelector(`template[data-${kind}="${name}"]`)?.content.cloneNode(true);

// The element whose words are asked for: the chosen one; where nothing is chosen, or the pool, the process itself.
export function askedOf(modeler, element, root) {
  const chosen = element?.type === "label" ? element.labelTarget : element;
  if (chosen && chosen.type !== "bpmn:Participant") return { element: chosen, object: chosen.businessObject };
  const pool = chosen ?? root.children.find((one) => one.type === "bpmn:Participant");
  return { element: pool ?? root, object: pool?.businessObject.processRef ?? root.businessObject };
}

function panelOf(object) {
  const kind = object.$type.replace("bpmn:", "");
  const definition = object.eventDefinitions?.[0]?.$type;
  if (definition === "bpmn:TimerEventDefinition") return "timer";
  if (definition === "bpmn:MessageEventDefinition" || kind === "ReceiveTask") return "message";
  const known = { Process: "process", Lane: "lane", UserTask: "userTask", StartEvent: "startEvent", ServiceTask: "serviceTask", SequenceFlow: "sequenceFlow" };
  return known[kind] ?? "named";
}

// A text is written a moment after the last key and not only when the field is left: whoever goes on in the picture
// would else press what is just being drawn anew.
function writes(field, write) {
  let last = field.value.trim();
  let waiting = 0;
  const commit = () => {
    clearTimeout(waiting);
    const said = field.value.trim();
    if (said === last) return;
    last = said;
    write(said);
  };
  field.addEventListener("change", commit);
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => field.isConnected && field.dispatchEvent(new Event("change", { bubbles: true })), 300);
  });
}

export function fill(modeler, { element, object }, panel) {
  const modeling = modeler.get("modeling");
  const moddle = modeler.get("moddle");
  const set = (values) => {
    // The name of an element has a label of its own in the picture; a process has none.
    if (element.businessObject === object) modeling.updateProperties(element, values);
    else modeling.updateModdleProperties(element, object, values);
  };
  const place = panel.querySelector("[data-drawing-fields]");
  place.replaceChildren(template("panel", panelOf(object)) ?? "");
  panel.querySelector("[data-drawing-chosen]").textContent = object.name || place.querySelector("label")?.firstChild?.textContent || "";
  names(modeler);
  for (const field of place.querySelectorAll("[data-bpmn]")) {
    field.value = object.get(field.dataset.bpmn) ?? "";
    writes(field, (said) => set({ [field.dataset.bpmn]: said || undefined }));
  }
  for (const field of place.querySelectorAll("[data-ours]")) ours(field, object, set);
  for (const field of place.querySelectorAll("[data-documentation]")) {
    field.value = object.documentation?.[0]?.text ?? "";
    writes(field, (said) => set({ documentation: said ? [moddle.create("bpmn:Documentation", { text: said })] : [] }));
  }
  for (const field of place.querySelectorAll("[data-condition]")) {
    field.value = object.conditionExpression?.body ?? "";
    writes(field, (said) => set({ conditionExpression: expression(moddle, said) }));
  }
  waits(place, modeler, element, object);
  for (const spot of place.querySelectorAll("[data-parameters]")) parameters(spot, place, moddle, object, set);
  for (const spot of place.querySelectorAll("[data-form]")) {
    spot.replaceChildren(template("part", "form"));
    questions(spot, formOf(object), () => template("part", "question"), (form) => { setForm(moddle, object, set, form); names(modeler); });
  }
}

function ours(field, object, set) {
  const name = `kundenakte:${field.dataset.ours}`;
  const value = object.get(name);
  if (field.type === "checkbox") {
    field.checked = value === true || value === "true";
    field.addEventListener("change", () => set({ [name]: field.checked || undefined }));
    return;
  }
  field.value = value ?? field.dataset.default ?? "";
  writes(field, (said) => set({ [name]: said && said !== field.dataset.default ? said : undefined }));
}

const expression = (moddle, text) => (text.trim() ? moddle.create("bpmn:FormalExpression", { body: text.trim() }) : undefined);

// Timers and messages keep what they wait for in a definition of their own.
function waits(place, modeler, element, object) {
  const modeling = modeler.get("modeling");
  const moddle = modeler.get("moddle");
  const definition = object.eventDefinitions?.[0] ?? object;
  const stage = place.querySelector('[data-only="stage"]');
  if (stage) stage.hidden = object.$type === "bpmn:BoundaryEvent";
  for (const field of place.querySelectorAll("[data-duration]")) {
    field.value = definition.timeDuration?.body ?? "";
    writes(field, (said) => modeling.updateModdleProperties(element, definition, { timeDuration: expression(moddle, said) }));
  }
  for (const field of place.querySelectorAll("[data-working]")) {
    field.checked = String(definition.get("kundenakte:workingDays")) === "true";
    field.addEventListener("change", () => modeling.updateModdleProperties(element, definition, { "kundenakte:workingDays": field.checked || undefined }));
  }
  for (const field of place.querySelectorAll("[data-message]")) {
    field.value = definition.messageRef?.name ?? "";
    writes(field, (said) => {
      const whole = modeler.getDefinitions();
      let message = whole.rootElements.find((one) => one.$type === "bpmn:Message" && one.name === said);
      if (!message && said) {
        message = moddle.create("bpmn:Message", { id: `nachricht_${Math.random().toString(36).slice(2, 8)}`, name: said });
        modeling.updateModdleProperties(element, whole, { rootElements: [...whole.rootElements, message] });
        message.$parent = whole;
      }
      modeling.updateModdleProperties(element, definition, { messageRef: message });
    });
  }
}

function parameters(spot, place, moddle, object, set) {
  const service = place.querySelector("[data-service]");
  const values = () => (object.extensionElements?.values ?? []).filter((one) => one.$type === "kundenakte:Parameter");
  const keep = () => {
    const found = [...spot.querySelectorAll("[data-parameter]")].filter((field) => field.value.trim() !== "");
    const made = found.map((field) => moddle.create("kundenakte:Parameter", { name: field.dataset.parameter, text: field.value.trim() }));
    set({ extensionElements: made.length ? moddle.create("bpmn:ExtensionElements", { values: made }) : undefined });
  };
  const show = () => {
    spot.replaceChildren(template("service", service.value) ?? "");
    for (const field of spot.querySelectorAll("[data-parameter]")) {
      const value = values().find((one) => one.name === field.dataset.parameter)?.text ?? "";
      if (field.tagName === "SELECT" && value && ![...field.options].some((one) => one.value === value)) field.append(new Option(value, value));
      field.value = value;
      field.addEventListener("change", keep);
    }
  };
  if (!object.get("kundenakte:service")) set({ "kundenakte:service": service.value });
  service.addEventListener("change", () => { show(); keep(); });
  show();
}

// All fields of all forms, to be offered where a name is asked for.
function names(modeler) {
  const list = document.querySelector("#drawing-names");
  const found = new Set();
  modeler.get("elementRegistry").forEach((one) => Object.keys(formOf(one.businessObject).properties ?? {}).forEach((name) => found.add(name)));
  list.replaceChildren(...[...found].sort().map((name) => new Option(name, name)));
}
