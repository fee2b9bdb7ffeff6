// [data-signature]: a field to sign on with finger, pen or mouse. It keeps lines of points, not a picture.

const WIDTH = 600;
const HEIGHT = 200;

export function bind(box, signature, changed) {
  const canvas = box.querySelector("canvas");
  const strokes = structuredClone(signature?.strokes ?? []);
  let at = signature?.at ?? "";
  let current = null;
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const paper = canvas.getContext("2d");
  const draw = () => {
    paper.clearRect(0, 0, WIDTH, HEIGHT);
    Object.assign(paper, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: getComputedStyle(canvas).color });
    for (const stroke of strokes) {
      paper.beginPath();
      paper.moveTo(...stroke[0]);
      for (const point of stroke.length > 1 ? stroke.slice(1) : stroke) paper.lineTo(...point);
      paper.stroke();
    }
  };
  const point = (event) => {
    const field = canvas.getBoundingClientRect();
    const within = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
    return [within(((event.clientX - field.left) / field.width) * WIDTH, WIDTH), within(((event.clientY - field.top) / field.height) * HEIGHT, HEIGHT)];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    current = [point(event)];
    strokes.push(current);
    draw();
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!current) return;
    const [x, y] = point(event);
    const [lastX, lastY] = current.at(-1);
    if (Math.abs(x - lastX) + Math.abs(y - lastY) < 2) return;
    current.push([x, y]);
    draw();
  });
  const ends = () => {
    if (!current) return;
    current = null;
    at = "";
    changed();
  };
  canvas.addEventListener("pointerup", ends);
  canvas.addEventListener("pointercancel", ends);
  box.querySelector("[data-clear]").addEventListener("click", () => {
    strokes.length = 0;
    draw();
    changed();
  });
  draw();
  return { strokes, value: (name, moment) => (strokes.length ? { name, at: (at ||= moment), width: WIDTH, height: HEIGHT, strokes } : null) };
}
