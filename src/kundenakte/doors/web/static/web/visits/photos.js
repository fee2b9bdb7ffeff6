// [data-photos]: photos by camera or from the device, made as small as a report needs, kept here until they are sent.
import * as store from "./store.js";
import { filled, piece, word } from "./words.js";

const LONGEST = 1600;
const QUALITY = 0.82;
const MOST = 20;

export async function bind(box, visit, captions, changed, said) {
  const list = box.querySelector("[data-list]");
  const chooser = box.querySelector("input[type=file]");
  const shown = async () => {
    const photos = (await store.ofTask("photos", visit.task)).sort((one, other) => one.taken.localeCompare(other.taken));
    list.replaceChildren(...await Promise.all(photos.map(line)));
    box.querySelector("[data-none]").hidden = photos.length > 0;
  };
  const line = async (photo, index) => {
    const item = filled(piece("photo"), { number: `${word("photo")} ${index + 1}` });
    item.dataset.key = photo.key;
    // Even one that cannot be shown can be named, sent or taken away.
    await onCanvas(item.querySelector("canvas"), photo.content, 320).catch(() => {});
    const caption = item.querySelector("input");
    caption.id = `photo-${photo.key}`;
    item.querySelector("label").htmlFor = caption.id;
    caption.value = captions[photo.key] ?? "";
    caption.addEventListener("input", () => {
      captions[photo.key] = caption.value;
      changed();
    });
    const gone = item.querySelector("button");
    gone.setAttribute("aria-label", `${gone.textContent.trim()}: ${word("photo")} ${index + 1}`);
    gone.addEventListener("click", async () => {
      await store.drop("photos", photo.key);
      delete captions[photo.key];
      changed();
      await shown();
      chooser.focus();
    });
    return item;
  };
  chooser.addEventListener("change", async () => {
    const chosen = [...chooser.files];
    chooser.value = "";
    said("");
    for (const file of chosen) {
      if ((await store.ofTask("photos", visit.task)).length >= MOST) {
        said(word("too-many-photos"));
        break;
      }
      const content = await shrunk(file).catch(() => null);
      if (!content) {
        said(`${word("no-photo")} ${file.name}`);
        continue;
      }
      try {
        await store.put("photos", { key: crypto.randomUUID(), task: visit.task, person: visit.person, content, taken: new Date().toISOString(), sent: false });
      } catch {
        said(word("not-saved"));
        break;
      }
    }
    await shown();
    changed();
  });
  await shown();
}

export async function onCanvas(canvas, content, width) {
  const picture = await createImageBitmap(content);
  canvas.width = Math.min(width, picture.width);
  canvas.height = Math.round((canvas.width * picture.height) / picture.width);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
}

async function shrunk(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const paper = canvas.getContext("2d");
  paper.fillStyle = "white";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((done, failed) => {
    canvas.toBlob((made) => (made ? done(made) : failed(new Error("no picture"))), "image/jpeg", QUALITY);
  });
}
