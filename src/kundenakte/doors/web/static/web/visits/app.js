// "Unterwegs": visits are taken along while there is a network, filled in without one, and sent when there is one again.
import * as form from "./form.js";
import * as list from "./list.js";
import * as store from "./store.js";
import * as talk from "./talk.js";
import { word } from "./words.js";
import { start } from "./worker-start.js";

const AGAIN_SECONDS = 30;
const place = document.querySelector("[data-unterwegs]");
const told = document.querySelector("[data-told]");
const addresses = place.dataset;
let house = { open: null, online: false, signedOut: false };
let busy = null;

const tell = (sentence, isTrouble = false) => {
  told.textContent = sentence;
  const note = told.parentElement;
  note.hidden = !sentence;
  note.classList.toggle("success", !isTrouble);
  note.classList.toggle("warning", isTrouble);
};

// Ask the house who is here and what there is, and send what is finished. One at a time.
async function talkWithHouse() {
  busy ??= (async () => {
    try {
      const said = await talk.visits(addresses);
      house = { open: said.visits, online: true, signedOut: false };
      await store.alone("sending", (lock) => lock && sendFinished(said.person), { ifAvailable: true });
    } catch (error) {
      house = { open: null, online: error instanceof talk.SignedOut, signedOut: error instanceof talk.SignedOut };
    } finally {
      busy = null;
    }
  })();
  return busy;
}

async function sendFinished(person) {
  for (const report of await store.all("reports")) {
    if (report.state !== "ready" || report.person !== person.id) continue;
    const visit = await store.get("visits", report.task);
    try {
      await store.sending(report);
      const late = await talk.send(report, addresses);
      await store.forget(report.task, {
        sent: { key: report.key, task: report.task, person: person.id, title: visit?.title ?? "", number: visit?.number ?? "", at: new Date().toISOString(), late },
      });
      tell(`${word("sent")} ${visit?.title ?? ""}`);
    } catch (error) {
      if (error instanceof talk.SignedOut) throw error;
      // What the house cannot take now waits for the next time; the others are not to wait for it.
      if (!(error instanceof talk.Refused)) continue;
      await store.put("reports", { ...report, state: "open", sentence: error.message, fields: error.fields });
      tell(word("refused"), true);
    }
  }
}

// The report of this visit is written in this window from now on; one that had it before puts it away.
let held = null;
function hold(task) {
  if (held?.task === task) return;
  held?.letGo();
  held = null;
  if (!task) return;
  const mine = { task };
  mine.until = new Promise((over) => { mine.letGo = over; });
  held = mine;
  store.alone(`visit-${task}`, () => mine.until, { steal: true }).catch(async () => {
    if (held !== mine) return;
    held = null;
    await form.leave({ keep: false });
    tell(word("elsewhere"), true);
    location.hash = "";
  });
}

async function show() {
  await form.leave();
  const person = await store.fact("person");
  const task = Number(location.hash.slice(1));
  const visit = task ? await store.get("visits", task) : null;
  const report = visit && (await store.get("reports", task));
  document.body.classList.toggle("at-visit", Boolean(visit));
  if (visit && visit.person === person?.id && !house.signedOut && report?.state !== "ready") {
    tell("");
    hold(task);
    await form.show(place, visit, {
      back: () => { location.hash = ""; },
      finished: async () => {
        tell(word("finished"));
        location.hash = "";
        await refresh();
      },
    });
    return;
  }
  hold(null);
  const [here, reports, sent] = await Promise.all(["visits", "reports", "sent"].map(store.all));
  list.show(place, { ...house, person, here, reports: reports.filter((one) => one.person === person?.id), sent }, acts);
}

// When the house has answered the list is drawn anew, not the report: nobody loses the field he is writing in. But what
// is another person's goes from sight, and at first everything does for whoever is not signed in.
async function refresh({ isFirst = false } = {}) {
  await talkWithHouse();
  const isWriting = Boolean(place.querySelector("form"));
  const visit = isWriting && (await store.get("visits", Number(location.hash.slice(1))));
  const isOthers = visit && visit.person !== (await store.fact("person"));
  if (!isWriting || isOthers || (isFirst && house.signedOut)) await show();
}

const acts = {
  send: () => refresh(),
  take: async (visit) => {
    const person = await store.fact("person");
    try {
      await talk.takeAlong(visit, person.id);
      tell(`${word("taken")} ${visit.title}`);
    } catch (error) {
      tell(error instanceof talk.Refused ? error.message : word("not-taken"), true);
    }
    await refresh();
  },
  again: async (task) => {
    // Not while it is being sent. If the house may have got it, what is written now is another report: the house would
    // take this one for the one it has.
    await store.alone("sending", async () => {
      const report = await store.get("reports", task);
      if (report?.state === "ready") await store.put("reports", { ...report, state: "open", ...(report.tried && { key: crypto.randomUUID(), tried: false }) });
    });
    if (await store.get("reports", task)) location.hash = `#${task}`;
    else await show();
  },
  leave: async (visit, isBegun) => {
    const dialog = document.querySelector("dialog[data-leave]");
    dialog.querySelector("[data-begun]").hidden = !isBegun;
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
    if (dialog.returnValue === "gone") await store.forget(visit.task);
    await show();
  },
};

window.addEventListener("hashchange", show);
window.addEventListener("online", () => refresh());
window.addEventListener("offline", () => {
  house = { ...house, open: null, online: false };
  if (!place.querySelector("form")) show();
});
setInterval(async () => {
  if (document.hidden || !(await store.all("reports")).some((report) => report.state === "ready")) return;
  await refresh();
}, AGAIN_SECONDS * 1000);

await show();
document.documentElement.dataset.worker = (await start(addresses.worker, addresses.scope)) ? "ready" : "none";
await refresh({ isFirst: true });
