// [data-drop-documents="address"]: links to documents that are dropped here are put into that circulation folder. Every link
// to a document can be dragged; one out of a list takes along what is marked there. The same goes without a pointer:
// mark documents and press "In Umlauf geben", or look for them on the page of the folder.

const targetAt = (event) => {
  const types = [...(event.dataTransfer?.types || [])];
  return types.includes("text/uri-list") && !types.includes("Files") ? event.target.closest?.("[data-drop-documents]") : null;
};
let over = null;
const light = (target) => {
  if (over === target) return;
  over?.classList.remove("drop-over");
  over = target;
  over?.classList.add("drop-over");
};

const numberOf = (address) => {
  const url = new URL(address, location.href);
  return url.origin === location.origin ? url.pathname.match(/^\/dokument\/(\d+)$/)?.[1] : undefined;
};

function asked(list) {
  const numbers = list.split(/\r?\n/).filter((line) => line && !line.startsWith("#")).map(numberOf).filter(Boolean);
  const marked = [...document.querySelectorAll("[data-mark]:checked")].map((box) => box.value);
  return numbers.some((one) => marked.includes(one)) ? marked : numbers;
}

function send(address, numbers) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const fields = [["csrfmiddlewaretoken", document.querySelector("meta[name=csrf-token]").content], ...numbers.map((one) => ["dokument", one])];
  for (const [name, value] of fields) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

document.addEventListener("dragover", (event) => {
  const target = targetAt(event);
  light(target);
  if (!target) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "link";
});
document.addEventListener("dragend", () => light(null));
document.addEventListener("drop", (event) => {
  const target = targetAt(event);
  light(null);
  if (!target) return;
  event.preventDefault();
  const numbers = asked(event.dataTransfer.getData("text/uri-list"));
  if (numbers.length) send(target.dataset.dropDocuments, numbers);
});
