// The words of a page as invisible text over its picture, each stretch as wide as it is printed: to select, to copy, and
// for the browser's own search. Sizes are fractions of the page, so zooming needs no new measuring.

const measure = document.createElement("canvas").getContext("2d");
measure.font = "100px sans-serif";
const AT_ONCE = 20;
// A gap of more than this many heights of the line parts it: columns of a table are selected one by one.
const GAP = 1.5;

export function forgetText(viewer) {
  viewer.texts.clear();
}

export async function dressFrame(viewer, frame) {
  if (frame.dataset.texted) return;
  frame.dataset.texted = "1";
  const page = await textOf(viewer, Number(frame.dataset.page));
  if (!page || !frame.isConnected || frame.querySelector(".text-layer")) return;
  frame.querySelector(".sheet").append(layer(page));
}

async function textOf(viewer, number) {
  const first = Math.floor((number - 1) / AT_ONCE) * AT_ONCE + 1;
  if (!viewer.texts.has(first)) viewer.texts.set(first, load(viewer, first));
  const pages = await viewer.texts.get(first);
  return pages.find((page) => page.n === number);
}

async function load(viewer, first) {
  try {
    const answer = await fetch(`${viewer.root.dataset.text}?ab=${first}`, { headers: { Accept: "application/json" }, priority: "low" });
    if (!answer.ok || answer.redirected) return [];
    const { pages } = await answer.json();
    // Pages beyond the first twenty now get their own shape.
    for (const page of pages) {
      const frame = viewer.frame(page.n);
      if (frame?.dataset.further !== undefined && page.w) viewer.shape(frame, page.w, page.h);
    }
    return pages;
  } catch {
    return [];
  }
}

function layer(page) {
  const made = document.createElement("div");
  made.className = "text-layer";
  const shape = page.h / page.w;
  for (const line of page.lines) {
    const parts = runs(line, shape);
    parts.forEach((run, at) => made.append(stretch(run, shape, at < parts.length - 1 ? " " : "")));
    // What is copied keeps its lines.
    made.append(document.createElement("br"));
  }
  return made;
}

function runs(line, shape) {
  const made = [];
  let last = null;
  for (const word of line) {
    const [, left, top, right, bottom] = word;
    if (last && left >= last.right - 0.002 && left - last.right < GAP * (bottom - top) * shape) {
      last.text += ` ${word[0]}`;
      last.right = right;
      last.top = Math.min(last.top, top);
      last.bottom = Math.max(last.bottom, bottom);
    } else {
      last = { text: word[0], left, top, right, bottom };
      made.push(last);
    }
  }
  return made;
}

function stretch(run, shape, after) {
  const size = (run.bottom - run.top) * shape;
  const made = document.createElement("span");
  made.textContent = run.text + after;
  const natural = (measure.measureText(run.text).width / 100) * size;
  made.style.left = `${run.left * 100}%`;
  made.style.top = `${run.top * 100}%`;
  made.style.fontSize = `${size * 100}cqw`;
  if (natural > 0) made.style.transform = `scaleX(${(run.right - run.left) / natural})`;
  return made;
}
