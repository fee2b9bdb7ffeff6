// What bpmn-js has to know of this house: our own attributes, German words, and which elements exist here at all.

const TEXT = { type: "String", isAttr: true };
const on = (element, ...names) => ({
  name: `Of${element}`, extends: [`bpmn:${element}`],
  properties: names.map((name) => ({ name, ...TEXT, ...(["fourEyes", "workingDays", "visit"].includes(name) ? { type: "Boolean" } : {}) })),
});

export const OURS = {
  name: "Kundenakte", uri: "urn:kundenakte:process:1", prefix: "kundenakte", xml: { tagAlias: "lowerCase" },
  types: [
    on("Process", "key", "prefix", "dueDays", "reasonField", "amountField", "ownerField"),
    on("UserTask", "wish", "fourEyes", "dueDays", "assignee", "stage", "visit"),
    on("ServiceTask", "service", "stage"),
    on("IntermediateCatchEvent", "stage"),
    on("ReceiveTask", "stage"),
    on("TimerEventDefinition", "workingDays"),
    { name: "Form", superClass: ["Element"], properties: [{ name: "text", type: "String", isBody: true }] },
    { name: "Parameter", superClass: ["Element"], properties: [{ name: "name", ...TEXT }, { name: "text", type: "String", isBody: true }] },
  ],
};

export const WORDS = {
  "Activate hand tool": "Ausschnitt verschieben", "Activate lasso tool": "Mehreres auswählen",
  "Activate create/remove space tool": "Platz schaffen", "Activate global connect tool": "Verbinden",
  "Create start event": "Beginn", "Create intermediate/boundary event": "Ereignis dazwischen oder am Rand",
  "Create end event": "Ende", "Create gateway": "Verzweigung", "Create expanded sub-process": "Teilprozess",
  "Create user task": "Aufgabe", "Create service task": "Dienst der Kundenakte",
  "Append user task": "Aufgabe anhängen", "Append gateway": "Verzweigung anhängen", "Append end event": "Ende anhängen",
  "Append intermediate/boundary event": "Ereignis anhängen", "Add text annotation": "Anmerkung",
  "Connect to other element": "Verbinden", "Connect using association": "Anmerkung verbinden",
  Delete: "Löschen", "Change element": "Art ändern", "Add lane above": "Bahn darüber", "Add lane below": "Bahn darunter",
  "Divide into two lanes": "In zwei Bahnen teilen", "Divide into three lanes": "In drei Bahnen teilen",
  "User task": "Aufgabe", "Service task": "Dienst der Kundenakte", "Receive task": "Auf Nachricht warten",
  "Exclusive gateway": "Entweder-oder", "Parallel gateway": "Nebeneinander", "Inclusive gateway": "Eines oder mehrere",
  "Start event": "Beginn", "End event": "Ende", "Terminate end event": "Ende des ganzen Vorgangs",
  "Timer intermediate catch event": "Frist abwarten", "Message intermediate catch event": "Nachricht abwarten",
  "Timer boundary event": "Frist, bricht die Aufgabe ab", "Message boundary event": "Nachricht, bricht die Aufgabe ab",
  "Timer boundary event (non-interrupting)": "Frist, die Aufgabe bleibt",
  "Message boundary event (non-interrupting)": "Nachricht, die Aufgabe bleibt",
  "Sequence flow": "Weg", "Default flow": "Weg, wenn keine Bedingung gilt", "Conditional flow": "Weg mit Bedingung",
  "Sub-process (expanded)": "Teilprozess", "Search in diagram": "In der Zeichnung suchen",
  "Open minimap": "Übersicht öffnen", Search: "Suchen",
};

const NOT_IN_PALETTE = ["create.data-object", "create.data-store", "create.group", "create.task", "create.participant-expanded"];
const REPLACED_BY = new Set([
  "replace-with-user-task", "replace-with-service-task", "replace-with-receive-task", "replace-with-exclusive-gateway",
  "replace-with-parallel-gateway", "replace-with-inclusive-gateway", "replace-with-none-end", "replace-with-terminate-end",
  "replace-with-timer-intermediate-catch", "replace-with-message-intermediate-catch", "replace-with-timer-boundary",
  "replace-with-message-boundary", "replace-with-non-interrupting-timer-boundary",
  "replace-with-non-interrupting-message-boundary", "replace-with-sequence-flow", "replace-with-default-flow",
  "replace-with-conditional-flow",
]);

// A module of bpmn-js that leaves out what the house would refuse, and gives a task the only kinds there are.
export function onlyOurs(translate) {
  class Ours {
    constructor(palette, contextPad, popupMenu, create, elementFactory, autoPlace) {
      palette.registerProvider(500, { getPaletteEntries: () => (entries) => {
        NOT_IN_PALETTE.forEach((name) => delete entries[name]);
        for (const kind of ["user", "service"]) {
          const begin = (event) => create.start(event, elementFactory.createShape({ type: `bpmn:${kind === "user" ? "User" : "Service"}Task` }));
          entries[`create.${kind}-task`] = {
            group: "activity", className: `bpmn-icon-${kind}-task`, title: translate(`Create ${kind} task`),
            action: { dragstart: begin, click: begin },
          };
        }
        return entries;
      } });
      contextPad.registerProvider(500, { getContextPadEntries: (element) => (entries) => {
        for (const name of Object.keys(entries)) {
          if (name.startsWith("append.") && !["append.end-event", "append.gateway", "append.append-task", "append.intermediate-event", "append.text-annotation"].includes(name)) delete entries[name];
        }
        if (entries["append.append-task"]) {
          entries["append.append-task"] = {
            group: "model", className: "bpmn-icon-user-task", title: translate("Append user task"),
            action: {
              click: () => autoPlace.append(element, elementFactory.createShape({ type: "bpmn:UserTask" })),
              dragstart: (event) => create.start(event, elementFactory.createShape({ type: "bpmn:UserTask" }), { source: element }),
            },
          };
        }
        return entries;
      } });
      popupMenu.registerProvider("bpmn-replace", 500, {
        getPopupMenuHeaderEntries: () => () => ({}),
        getPopupMenuEntries: () => (entries) => Object.fromEntries(Object.entries(entries).filter(([name]) => REPLACED_BY.has(name))),
      });
    }
  }
  Ours.$inject = ["palette", "contextPad", "popupMenu", "create", "elementFactory", "autoPlace"];
  return { __init__: ["ours"], ours: ["type", Ours] };
}
