// The list: what lies on this device, what waits to be sent, what could be taken along.
import { day, filled, piece, word } from "./words.js";

export function show(place, { person, open, here, reports, sent, online, signedOut }, act) {
  const page = piece("list");
  const states = new Map(reports.map((report) => [report.task, report]));
  const [mine, others] = [here.filter((visit) => visit.person === person?.id), here.filter((visit) => visit.person !== person?.id)];
  const taken = page.querySelector("[data-taken]");
  if (!signedOut) taken.querySelector("[data-list]").append(...mine.map((visit) => row(visit, states.get(visit.task), act)));
  taken.hidden = signedOut || mine.length === 0;

  const more = (open ?? []).filter((visit) => !mine.some((one) => one.task === visit.task));
  const list = page.querySelector("[data-open]");
  list.querySelector("[data-list]").append(...more.map((visit) => offered(visit, act)));
  list.hidden = more.length === 0;

  const done = sent.filter((line) => line.person === person?.id).sort((one, other) => other.at.localeCompare(one.at)).slice(0, 10);
  const over = page.querySelector("[data-sent]");
  over.hidden = signedOut || done.length === 0;
  over.querySelector("[data-list]").append(...done.map((line) => filled(piece("sent"), {
    title: line.title, about: [line.number, new Date(line.at).toLocaleString(document.documentElement.lang)].join(" · "), late: line.late,
  })));

  const unsent = reports.filter((report) => report.state === "ready").length;
  filled(page, {
    person: signedOut ? "" : person?.name,
    offline: online ? "" : word("offline"),
    others: others.length && !signedOut ? word("others") : "",
    waiting: unsent ? `${unsent} ${word(unsent === 1 ? "one-waits" : "some-wait")}` : "",
  });
  page.querySelector("[data-signed-out]").hidden = !signedOut;
  page.querySelector("[data-empty]").hidden = signedOut || mine.length + more.length > 0 || !online;
  page.querySelector("[data-empty-offline]").hidden = signedOut || mine.length > 0 || online;
  const send = page.querySelector("[data-send]");
  send.hidden = unsent === 0 || signedOut;
  send.addEventListener("click", act.send);
  place.replaceChildren(page);
}

function row(visit, report, act) {
  const ready = report?.state === "ready";
  const item = filled(piece("taken"), {
    title: visit.title, about: about(visit),
    state: ready ? word("ready") : report?.sentence ? word("look") : report ? word("begun") : word("with-me"),
  });
  const link = item.querySelector("a");
  link.href = `#${visit.task}`;
  const again = item.querySelector("[data-again]");
  again.hidden = !ready;
  again.addEventListener("click", () => act.again(visit.task));
  const gone = item.querySelector("[data-gone]");
  // What somebody has written goes to the house, or by a second question.
  gone.addEventListener("click", () => act.leave(visit, Boolean(report)));
  gone.hidden = ready;
  return item;
}

function offered(visit, act) {
  const item = filled(piece("offered"), { title: visit.title, about: about(visit) });
  const button = item.querySelector("button");
  button.setAttribute("aria-label", `${button.textContent.trim()}: ${visit.title}`);
  button.addEventListener("click", () => {
    button.disabled = true;
    act.take(visit);
  });
  return item;
}

const about = (visit) => [visit.customer, visit.number, visit.due && `${word("until")} ${day(visit.due)}`].filter(Boolean).join(" · ");
