// What lies on this device: one IndexedDB with visits taken along, reports begun, photos and pictures of pages.
// Everything is somebody's: each row names the person, and only her rows are shown.

const NAME = "kundenakte-unterwegs";
const STORES = { visits: "task", reports: "task", photos: "key", pages: "address", sent: "key", facts: "name" };

let opened;

function open() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) {
        const store = asked.result.createObjectStore(name, { keyPath });
        if (keyPath !== "task") store.createIndex("task", "task");
      }
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

async function inStores(names, mode, work) {
  const database = await open();
  return new Promise((done, failed) => {
    // Strict: a report is on the disk before the page says so.
    const change = database.transaction(names, mode, { durability: "strict" });
    let answer;
    change.oncomplete = () => done(answer?.result);
    change.onerror = change.onabort = () => failed(change.error);
    answer = work(...names.map((name) => change.objectStore(name)));
  });
}

export const get = (store, key) => inStores([store], "readonly", (rows) => rows.get(key));
export const put = (store, row) => inStores([store], "readwrite", (rows) => rows.put(row));
export const drop = (store, key) => inStores([store], "readwrite", (rows) => rows.delete(key));
export const all = (store) => inStores([store], "readonly", (rows) => rows.getAll());
export const ofTask = (store, task) => inStores([store], "readonly", (rows) => rows.index("task").getAll(task));

// The report as the house is about to get it. From here on it may have it, even if its answer never comes.
export const sending = (report) => put("reports", { ...report, tried: true });

// A visit is over on this device: nothing of it stays but a line that it was sent.
export async function forget(task, { sent } = {}) {
  await inStores(["visits", "reports", "photos", "pages", "sent"], "readwrite", (visits, reports, photos, pages, lines) => {
    visits.delete(task);
    reports.delete(task);
    for (const store of [photos, pages]) {
      store.index("task").openCursor(IDBKeyRange.only(task)).onsuccess = ({ target: { result } }) => {
        if (!result) return;
        result.delete();
        result.continue();
      };
    }
    if (sent) lines.put(sent);
  });
}

// One window at a time may do this: send reports, or write one.
export const alone = (what, work, options = {}) => navigator.locks.request(`${NAME}-${what}`, options, work);

export const fact = async (name) => (await get("facts", name))?.value;
export const keepFact = (name, value) => put("facts", { name, value, task: 0 });

// The browser may clear what it has room for; whoever works on the road asks it not to.
export const askToStay = () => navigator.storage?.persist?.().catch(() => false);
