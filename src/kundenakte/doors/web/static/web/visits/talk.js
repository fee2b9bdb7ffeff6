// Talking with the house, when there is a network: which visits there are, taking one along, sending what is finished.
import * as store from "./store.js";

export class SignedOut extends Error {}
export class Refused extends Error {
  constructor(sentence, fields = {}) {
    super(sentence);
    this.fields = fields;
  }
}

// A network that hangs is none: seconds until the house has answered, and until a photo has gone through.
const [SOON, LONG] = [20, 180];
const JSON_WANTED = { Accept: "application/json" };
let token = "";

async function asked(address, options = {}, seconds = LONG) {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(seconds * 1000), ...options });
  // Whoever is not signed in is sent to the sign-in page.
  if (answer.type === "opaqueredirect") throw new SignedOut();
  return answer;
}

// What the house says now; the person it says it to is remembered for the time without a network.
export async function visits(addresses) {
  const answer = await asked(addresses.visits, { headers: JSON_WANTED, cache: "no-store" }, SOON);
  if (!answer.ok) throw new Error(String(answer.status));
  const said = await answer.json();
  token = said.token;
  await store.keepFact("person", said.person);
  return said;
}

const sentence = async (answer) => (await answer.text()).slice(0, 500);

export async function takeAlong(visit, person) {
  const answer = await asked(visit.take, { method: "POST", headers: { ...JSON_WANTED, "X-CSRFToken": token } });
  if (!answer.ok) throw new Refused(await sentence(answer));
  const dossier = await answer.json();
  const pictures = dossier.documents.flatMap((paper) => paper.pages);
  for (const address of pictures) {
    const picture = await asked(address);
    // A picture that is just being made is left out; the paper's name stays.
    if (picture.ok) await store.put("pages", { address, task: visit.task, content: await picture.blob() });
  }
  await store.put("visits", { ...dossier, person, taken: new Date().toISOString() });
  store.askToStay();
}

// Photos first: the house takes a report in when they are there. Each has a key, so sending again does no harm.
export async function send(report, addresses) {
  for (const photo of await store.ofTask("photos", report.task)) {
    if (photo.sent) continue;
    const to = addresses.photo.replace("/0/", `/${report.task}/`).replace(addresses.none, photo.key);
    const answer = await asked(to, { method: "POST", body: photo.content, headers: { ...JSON_WANTED, "X-CSRFToken": token, "Content-Type": "image/jpeg" } });
    if (answer.status >= 400 && answer.status < 500) throw new Refused(await sentence(answer));
    if (!answer.ok) throw new Error(String(answer.status));
    await store.put("photos", { ...photo, sent: true });
  }
  const answer = await asked(addresses.report.replace(addresses.none, report.key), {
    method: "POST", body: JSON.stringify(report.said), headers: { ...JSON_WANTED, "X-CSRFToken": token, "Content-Type": "application/json" },
  });
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  if (answer.status === 409 && isJson) {
    // The house misses a photo it had: all of them once more, the next time.
    for (const photo of await store.ofTask("photos", report.task)) await store.put("photos", { ...photo, sent: false });
    throw new Error("409");
  }
  if (answer.status === 422 && isJson) {
    const said = await answer.json();
    throw new Refused(said.sentence, said.fields);
  }
  if (answer.status >= 400 && answer.status < 500) throw new Refused(await sentence(answer));
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).late;
}
