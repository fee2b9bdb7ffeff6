// What a designer would find wrong on the page as it is shown now; run in the page by looking.py.
() => {
  const faults = [];
  const name = (element) => {
    const words = (element.getAttribute("aria-label") || element.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${element.tagName.toLowerCase()}${element.id ? "#" + element.id : ""} class="${element.getAttribute("class") || ""}"> ${words}`;
  };
  const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const over = document.documentElement.scrollWidth - window.innerWidth;
  if (over > 0) faults.push(`${over} px too wide`);

  // Text that is cut off says so by an ellipsis and is told whole by a title.
  for (const element of document.querySelectorAll("body *")) {
    if (!shown(element) || element.closest(".unseen, svg, [aria-hidden=true], select, option")) continue;
    const style = getComputedStyle(element);
    if (style.clipPath !== "none" || style.overflowX === "visible" || ["INPUT", "TEXTAREA", "HTML", "BODY", "IMG"].includes(element.tagName)) continue;
    const scrolls = (way) => way === "auto" || way === "scroll";
    const wide = element.scrollWidth > element.clientWidth + 1 && !scrolls(style.overflowX);
    const high = element.scrollHeight > element.clientHeight + 3 && !scrolls(style.overflowY) && style.webkitLineClamp !== "none";
    if (!wide && !high) continue;
    const says = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
    if (!says) faults.push(`cut off without a sign: ${name(element)}`);
    else if (!element.closest("[title]") && !element.querySelector("[title]")) faults.push(`cut off and nowhere told whole: ${name(element)}`);
  }

  // Nothing that can be pressed lies on something else that can be pressed. What is fixed above the page is left out.
  const boxes = [];
  for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (!shown(element) || element.closest(".unseen, .skip, [inert]") || getComputedStyle(element).clipPath !== "none") continue;
    let box = element.getBoundingClientRect();
    let [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom];
    let floats = false;
    for (let up = element; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.position === "fixed" || style.position === "sticky") floats = true;
      if (up !== element && (style.overflowX !== "visible" || style.overflowY !== "visible")) {
        const clip = up.getBoundingClientRect();
        [left, top, right, bottom] = [Math.max(left, clip.left), Math.max(top, clip.top), Math.min(right, clip.right), Math.min(bottom, clip.bottom)];
      }
    }
    if (!floats && right - left > 2 && bottom - top > 2) boxes.push({ element, left, top, right, bottom });
  }
  boxes.sort((a, b) => a.top - b.top);
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom - 3; j++) {
      const [a, b] = [boxes[i], boxes[j]];
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) < 3 || a.element.contains(b.element) || b.element.contains(a.element)) continue;
      const label = a.element.closest("label");
      if (label && label === b.element.closest("label")) continue;
      faults.push(`one lies on the other: ${name(a.element)} and ${name(b.element)}`);
    }
  }
  return faults;
}
