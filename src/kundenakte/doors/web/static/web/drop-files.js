// [data-drop-files]: files and folders dropped anywhere are sent in slices, each with a bar, and the list says what became of them.
// [data-drop-target] says where (data-file, data-section, data-document); without one it is the inbox.
// [data-upload-here] opens the file dialogue for the same; its link works without this script.

const panel = document.querySelector("[data-drop-files]");
const AT_ONCE = 2;
const TRIES = 4;
const MEMORY = "kundenakte-uploads";
// What went well is read by then; what has to be looked at stays until somebody closes the list.
const SHOWN_SECONDS = 60;

if (panel) start();

function start() {
  const list = panel.querySelector("[data-list]");
  const hint = document.querySelector("[data-drop-hint]");
  const word = (name) => panel.dataset[`word${name}`];
  const token = () => document.querySelector("meta[name=csrf-token]").content;
  const queue = [];
  const watched = new Map();
  let sending = 0;

  // --- where it goes ---------------------------------------------------------------------------------------------
  const targetAt = (element) => element?.closest?.("[data-drop-target]") || document.querySelector("[data-drop-page]");
  const wish = (element) => {
    const { file, section, document: doc } = element?.dataset || {};
    const made = new Map();
    if (doc) made.set("dokument", doc);
    else if (file) {
      made.set("akte", file);
      if (section) made.set("register", section);
    }
    return made;
  };

  // --- dragging --------------------------------------------------------------------------------------------------
  let over = null;
  const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  const mark = (element) => {
    if (over === element) return;
    over?.classList.remove("drop-over");
    over = element;
    if (over && !over.hasAttribute("data-drop-page")) over.classList.add("drop-over");
  };
  let calm = 0;
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    const element = targetAt(event.target);
    mark(element);
    const name = element?.dataset.dropName || "";
    hint.querySelector("[data-drop-words]").textContent = `${word("Drop")} ${name || panel.dataset.inbox || "Posteingang"}${element?.hasAttribute("data-drop-version") ? ` (${word("Version") || "neue Version"})` : ""}`;
    hint.hidden = false;
    clearTimeout(calm);
    calm = setTimeout(endDrag, 400);
  });
  const endDrag = () => {
    mark(null);
    hint.hidden = true;
  };
  document.addEventListener("drop", async (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    const element = targetAt(event.target);
    // The entries are gone after the first await.
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const plain = [...event.dataTransfer.files];
    clearTimeout(calm);
    endDrag();
    const found = entries.length ? (await Promise.all(entries.map((entry) => filesIn(entry, "")))).flat() : plain.map((file) => ({ file, path: "" }));
    take(found, wish(element));
  });

  async function filesIn(entry, folder) {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed)).catch(() => null);
      return file ? [{ file, path: folder }] : [];
    }
    const reader = entry.createReader();
    const found = [];
    // A reader gives at most a hundred at a time and an empty list at the end.
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed)).catch(() => []);
      if (!some.length) return found;
      for (const one of some) found.push(...(await filesIn(one, `${folder}${entry.name}/`)));
    }
  }

  // --- choosing --------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-upload-here]");
    if (!link) return;
    event.preventDefault();
    pick(link, Boolean(link.dataset.document), false);
  });
  const folderButton = document.querySelector("[data-upload-folder]");
  if (folderButton) {
    folderButton.hidden = false;
    folderButton.addEventListener("click", () => pick(targetAt(folderButton), false, true));
  }
  function pick(element, single, folder) {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = !single;
    input.webkitdirectory = folder;
    input.addEventListener("change", () => {
      take([...input.files].map((file) => ({ file, path: (file.webkitRelativePath || "").split("/").slice(0, -1).join("/") })), wish(element));
      input.remove();
    });
    // In the page, so that tests and assistive tools find it.
    input.hidden = true;
    input.dataset.picker = "";
    document.body.append(input);
    input.click();
  }

  // --- the list --------------------------------------------------------------------------------------------------
  function line(name) {
    const item = document.createElement("li");
    item.innerHTML = '<div class="name"><b></b><button type="button" class="plain" data-abort></button><button type="button" data-again hidden></button></div><progress max="1" value="0"></progress><p></p>';
    item.querySelector("b").textContent = name;
    item.querySelector("b").title = name;
    item.querySelector("progress").setAttribute("aria-label", name);
    item.querySelector("[data-abort]").textContent = word("Abort");
    item.querySelector("[data-again]").textContent = word("Again");
    list.prepend(item);
    panel.hidden = false;
    return item;
  }
  const say = (item, text, kind = "", link = null) => {
    const words = item.querySelector("p");
    words.className = kind;
    words.textContent = text;
    if (link?.url && link.link) {
      const anchor = document.createElement("a");
      anchor.href = link.url;
      anchor.textContent = link.link;
      words.append(" ", anchor);
    }
  };
  const tidy = () => list.querySelectorAll("li[data-done]").forEach((item) => item.remove());
  const close = () => {
    if (panel.contains(document.activeElement)) document.getElementById("inhalt")?.focus({ preventScroll: true });
    panel.hidden = true;
    tidy();
  };
  panel.querySelector("[data-close]").addEventListener("click", close);
  // Escape closes it from wherever nothing else listens to the key.
  document.addEventListener("keydown", (event) => {
    const elsewhere = event.target.closest?.("dialog, input, select, textarea, details[data-menu][open]");
    if (event.key === "Escape" && !panel.hidden && !elsewhere && !event.defaultPrevented) close();
  });
  function leaveLater(item) {
    setTimeout(() => {
      if (panel.matches(":hover, :focus-within")) return leaveLater(item);
      item.remove();
      if (!list.childElementCount) panel.hidden = true;
    }, SHOWN_SECONDS * 1000);
  }

  function take(found, where) {
    tidy();
    if (where.has("dokument") && found.length > 1) {
      const item = line(found[0].file.name);
      item.querySelectorAll("button, progress").forEach((part) => { part.hidden = true; });
      item.dataset.done = "1";
      say(item, word("One"), "bad");
      return;
    }
    for (const { file, path } of found) {
      const job = { file, path, where, item: line(file.name), aborted: false, request: null, part: "", finish: "", slice: 0 };
      job.item.querySelector("[data-abort]").addEventListener("click", () => abort(job));
      job.item.querySelector("[data-again]").addEventListener("click", () => enqueue(job));
      enqueue(job);
    }
  }
  function enqueue(job) {
    job.aborted = false;
    job.item.querySelector("[data-again]").hidden = true;
    job.item.querySelector("[data-abort]").hidden = false;
    job.item.querySelector("progress").hidden = false;
    say(job.item, word("Waiting"));
    queue.push(job);
    next();
  }
  function next() {
    while (sending < AT_ONCE && queue.length) {
      const job = queue.shift();
      sending += 1;
      send(job).finally(() => {
        sending -= 1;
        next();
      });
    }
  }
  function abort(job) {
    job.aborted = true;
    job.request?.abort();
    const at = queue.indexOf(job);
    if (at >= 0) queue.splice(at, 1);
    discard(job);
    stop(job, word("Aborted"));
  }
  function stop(job, text) {
    job.item.querySelector("[data-abort]").hidden = true;
    job.item.querySelector("[data-again]").hidden = false;
    say(job.item, text, "bad");
  }

  // --- sending ---------------------------------------------------------------------------------------------------
  class Refused extends Error {}
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  async function ask(address, options) {
    const answer = await fetch(address, { credentials: "same-origin", ...options, headers: { Accept: "application/json", "X-CSRFToken": token(), ...(options.headers || {}) } });
    if (answer.redirected) throw new Refused(word("Broken"));
    if (answer.status >= 500 && answer.status !== 507) throw new Error(String(answer.status));
    if (!answer.ok) throw new Refused(await answer.text());
    return answer.json();
  }

  async function send(job) {
    for (let attempt = 1; !job.aborted; attempt += 1) {
      try {
        await sendOnce(job);
        return;
      } catch (problem) {
        if (job.aborted) return;
        if (problem instanceof Refused || attempt >= TRIES) {
          stop(job, problem instanceof Refused ? problem.message : word("Broken"));
          return;
        }
        await pause(attempt * attempt * 500);
      }
    }
  }
  async function sendOnce(job) {
    const bar = job.item.querySelector("progress");
    let offset = 0;
    if (job.part) offset = (await ask(job.part, { method: "GET" })).offset;
    else {
      const form = new FormData();
      form.set("name", job.file.name);
      form.set("size", job.file.size);
      form.set("path", job.path);
      job.where.forEach((value, name) => form.set(name, value));
      Object.assign(job, await ask(panel.dataset.begin, { method: "POST", body: form }));
    }
    say(job.item, word("Sending"));
    while (offset < job.file.size) {
      offset = await put(job, offset, (sent) => { bar.value = (offset + sent) / job.file.size; });
      if (job.aborted) return;
    }
    bar.removeAttribute("value");
    if (job.question && !job.agreed) {
      say(job.item, word("Asking"));
      job.agreed = await agrees(job);
      if (job.aborted) return;
      if (!job.agreed) return giveUp(job);
    }
    const line = await finish(job);
    bar.hidden = true;
    job.item.querySelector("[data-abort]").hidden = true;
    job.part = "";
    show(job.item, line);
  }
  // Large files are read for longer than one request may take; the server then says "working" and is asked again.
  async function whenDone(job, address, method) {
    for (;;) {
      const answer = await ask(address, { method });
      if (answer.state !== "working") return answer;
      say(job.item, word("Working"));
      await pause(300);
    }
  }
  const finish = (job) => whenDone(job, job.finish, "POST");
  async function agrees(job) {
    const asked = await whenDone(job, job.question, "GET");
    return new Promise((answer) => {
      const question = new CustomEvent("version-question", { cancelable: true, detail: { asked, answer } });
      // Nobody there to ask: the same question is a page as well.
      if (document.dispatchEvent(question)) location.assign(job.question);
    });
  }
  function giveUp(job) {
    discard(job);
    job.item.querySelectorAll("button, progress").forEach((part) => { part.hidden = true; });
    job.item.dataset.done = "1";
    say(job.item, word("NotFiled"));
  }
  function discard(job) {
    if (job.part) fetch(job.part, { method: "DELETE", headers: { "X-CSRFToken": token() } }).catch(() => {});
    job.part = "";
  }
  function put(job, offset, progress) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      job.request = request;
      request.open("PUT", `${job.part}?offset=${offset}`);
      request.setRequestHeader("X-CSRFToken", token());
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => progress(event.loaded));
      request.addEventListener("load", () => {
        if (request.status === 200 || request.status === 409) done(JSON.parse(request.responseText).offset);
        else if (request.status === 507 || request.status === 404 || request.status === 403) failed(new Refused(request.responseText));
        else failed(new Error(String(request.status)));
      });
      request.addEventListener("error", () => failed(new Error("network")));
      request.addEventListener("abort", () => failed(new Error("aborted")));
      request.send(job.file.slice(offset, offset + job.slice));
    });
  }

  // --- what became of it -----------------------------------------------------------------------------------------
  const KIND = { filed: "good", duplicate: "warn", waiting: "warn", discarded: "warn" };
  function show(item, line) {
    say(item, line.sentence, KIND[line.state] || "", line);
    if (line.done) {
      item.dataset.done = "1";
      if (line.state === "filed") leaveLater(item);
      watched.delete(line.id);
      if (line.undo) offerUndo(item, line);
      if (line.file) changed(line);
    } else watched.set(line.id, item);
    remember();
    watch();
  }
  function changed(line) {
    document.body.dispatchEvent(new CustomEvent("filed", { detail: line, bubbles: true }));
    // The document's own page shows its new state; a list renews itself.
    const page = document.querySelector(`[data-drop-page][data-document="${line.document}"]`);
    if (!page || isBeingFilled(page)) return;
    // Whatever version was looked at: from now on this is the page of the valid one.
    const address = `/dokument/${line.document}${location.search}`;
    history.replaceState(history.state, "", address);
    window.htmx?.ajax("GET", address, { target: page, select: `[data-drop-page][data-document="${line.document}"]`, swap: "outerHTML" });
  }
  // What somebody has typed and not sent yet stays.
  const isBeingFilled = (page) => [...page.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue);
  function offerUndo(item, line) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = word("Undo");
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const done = await ask(line.undo, { method: "POST" });
        // It wants a reason: a page asks for it.
        if (done.go) return void location.assign(done.go);
        say(item, done.sentence, "good", done);
        changed({ ...line, ...done });
        panel.querySelector("[data-close]").focus();
      } catch (problem) {
        say(item, problem instanceof Refused ? problem.message : word("Broken"), "bad", line);
        if (!(problem instanceof Refused)) item.querySelector("p").append(" ", button);
        button.disabled = false;
      }
    });
    item.querySelector("p").append(" ", button);
  }
  const remember = () => {
    try {
      const open = [...watched].map(([id, item]) => [id, item.querySelector("b").textContent]);
      sessionStorage.setItem(MEMORY, JSON.stringify(open));
    } catch { /* private windows */ }
  };
  let etag = "";
  let watching = false;
  async function watch() {
    if (watching) return;
    watching = true;
    for (let round = 0; watched.size; round += 1) {
      await pause(round < 20 ? 500 : 2000);
      const asked = [...watched.keys()].map((id) => `eingang=${id}`).join("&");
      try {
        const answer = await fetch(`${panel.dataset.outcome}?${asked}`, { headers: { Accept: "application/json", "If-None-Match": etag }, cache: "no-store" });
        if (answer.redirected) break;
        if (answer.status !== 200) continue;
        etag = answer.headers.get("ETag") || "";
        for (const line of await answer.json()) {
          const item = watched.get(line.id);
          if (item && line.done) show(item, line);
        }
      } catch { /* the network comes back */ }
    }
    watching = false;
  }
  addEventListener("beforeunload", (event) => {
    if (sending || queue.length) event.preventDefault();
  });
  try {
    for (const [id, name] of JSON.parse(sessionStorage.getItem(MEMORY) || "[]")) {
      const item = line(name);
      item.querySelector("progress").hidden = true;
      item.querySelector("[data-abort]").hidden = true;
      say(item, "…");
      watched.set(id, item);
    }
  } catch { /* nothing remembered */ }
  watch();
}
