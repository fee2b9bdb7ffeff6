// [data-rows]: lines that can be added and taken away: times of work and travel, parts.
import { piece, wall } from "./words.js";

export function bind(box, kind, rows, changed) {
  const list = box.querySelector("[data-list]");
  const show = (row) => {
    const item = piece(kind);
    for (const field of item.querySelectorAll("[data-field]")) {
      field.id = `${kind}-${crypto.randomUUID()}`;
      item.querySelector(`label[data-for="${field.dataset.field}"]`).htmlFor = field.id;
      field.value = row[field.dataset.field] ?? "";
      field.addEventListener("input", () => {
        row[field.dataset.field] = field.value;
        changed();
      });
    }
    item.querySelector("[data-gone]").addEventListener("click", () => {
      rows.splice(rows.indexOf(row), 1);
      item.remove();
      changed();
      box.querySelector("[data-more]").focus();
    });
    list.append(item);
    return item;
  };
  rows.forEach(show);
  for (const more of box.querySelectorAll("[data-more]")) {
    more.addEventListener("click", () => {
      // The next span begins where the last one has ended.
      const last = rows.at(-1);
      const row = kind === "time" ? { kind: more.dataset.more, begin: last?.end || wall(), end: "" } : { number: "", name: "", quantity: "1" };
      rows.push(row);
      changed();
      show(row).querySelector("input").focus();
    });
  }
}
