// Words and pieces of the page, in its language: they stand in <template data-word> and <template data-piece>.

export const word = (name) => document.querySelector(`template[data-word="${name}"]`)?.content.textContent ?? name;

export const piece = (name) => document.querySelector(`template[data-piece="${name}"]`).content.firstElementChild.cloneNode(true);

// Puts texts into the places [data-at] of a piece; a place without a text goes.
export function filled(element, texts) {
  for (const [name, text] of Object.entries(texts)) {
    for (const place of [element, ...element.querySelectorAll("[data-at]")].filter((one) => one.dataset.at === name)) {
      if (text) place.textContent = text;
      else place.remove();
    }
  }
  return element;
}

export const day = (iso) => (iso ? iso.split("-").reverse().join(".") : "");

// The clock on the wall, to the minute and without a zone: "2026-11-30T07:30".
export const wall = (moment = new Date()) => {
  const two = (number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
};
