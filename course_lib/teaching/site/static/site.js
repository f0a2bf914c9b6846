"use strict";

/* Search. Over http, a result lists the sections in which the words are found, with a line of each. Pages opened from
   disk cannot be fetched, so there a result is its title. */
const EXCERPT = 160, SECTIONS = 3;

if (typeof DOCUMENTATION_OPTIONS !== "undefined")
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = location.protocol.startsWith("http");

function ownText(section) {
  const parts = [...section.childNodes].filter((node) => !["SECTION", "H1", "H2", "H3", "H4"].includes(node.nodeName));
  return parts.map((node) => node.textContent).join(" ").replace(/\s+/g, " ").trim();
}

function excerpt(text, words) {
  const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0);
  let start = Math.max(0, Math.min(...(places.length ? places : [0])) - EXCERPT / 3);
  if (start > 0) start = text.indexOf(" ", start) + 1;
  const cut = text.slice(start, start + EXCERPT);
  const line = document.createElement("span");
  line.append(start > 0 ? "… " : "");
  const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  cut.split(new RegExp(`((?:${pattern})\\p{L}*)`, "iu")).forEach((part, number) => {
    const marked = number % 2 ? line.appendChild(document.createElement("mark")) : line;
    marked.append(part);
  });
  line.append(start + EXCERPT < text.length ? " …" : "");
  return line;
}

function listSections(page, keywords, anchor) {
  const words = [...keywords].map((word) => word.toLowerCase());
  const content = new DOMParser().parseFromString(page, "text/html");
  content.querySelectorAll(".headerlink, script, style").forEach((element) => element.remove());
  const all = [...content.querySelectorAll("main section[id]")].map((section) => {
    const title = (section.querySelector("h1, h2, h3, h4") || section).textContent.trim();
    const text = ownText(section);
    const found = words.filter((word) => `${title} ${text}`.toLowerCase().includes(word)).length;
    return { id: section.id, title, text, found };
  });
  const wanted = anchor ? all.filter((section) => `#${section.id}` === anchor) : all.filter((section) => section.found);
  wanted.sort((one, other) => other.found - one.found); // stable: otherwise in the page's order
  const list = document.createElement("ul");
  list.className = "search-sections";
  for (const section of wanted.slice(0, SECTIONS)) {
    const item = list.appendChild(document.createElement("li"));
    if (!anchor) {
      const link = item.appendChild(document.createElement("a"));
      link.textContent = section.title;
      link.dataset.section = section.id;
    }
    item.appendChild(excerpt(section.text, words));
  }
  queueMicrotask(() => { // only now is the list below its result, whose link it extends
    const address = list.parentElement && list.parentElement.querySelector("a").href.split("#")[0];
    list.querySelectorAll("a").forEach((link) => (link.href = `${address}#${link.dataset.section}`));
  });
  return list;
}

/* Frames: a slider and a menu that show another picture, drawn in advance by the same functions as in the notebook. */
function addControls(box) {
  const data = JSON.parse(box.querySelector("script").textContent);
  const choices = [...new Set(data.frames.map((frame) => frame.choice))];
  const steps = data.frames.length / choices.length;
  const controls = document.createElement("div");
  controls.className = "frames-controls";
  const label = (name) => {
    const element = controls.appendChild(document.createElement("label"));
    element.append(name.replaceAll("_", " "));
    return element;
  };
  let menu = null;
  if (choices.length > 1) {
    menu = label(data.menu).appendChild(document.createElement("select"));
    choices.forEach((choice) => menu.append(new Option(choice)));
    menu.selectedIndex = Math.floor(data.start / steps);
  }
  const row = label(data.slider);
  const slider = row.appendChild(document.createElement("input"));
  Object.assign(slider, { type: "range", min: 0, max: steps - 1, step: 1, value: data.start % steps });
  const value = row.appendChild(document.createElement("output"));
  const image = box.querySelector("img");
  const text = box.insertBefore(document.createElement("p"), box.querySelector(".frames-note"));
  text.setAttribute("role", "status");
  const show = () => {
    const frame = data.frames[(menu ? menu.selectedIndex : 0) * steps + Number(slider.value)];
    value.textContent = frame.value;
    slider.setAttribute("aria-valuetext", frame.value);
    image.hidden = !frame.src;
    text.textContent = frame.src ? "" : frame.text;
    if (!frame.src || image.getAttribute("src") === frame.src) return;
    image.removeAttribute("height"); // not all have the same
    image.src = frame.src;
    image.alt = frame.text;
  };
  const load = () => data.frames.forEach((frame) => frame.src && (new Image().src = frame.src));
  controls.addEventListener("pointerenter", load, { once: true });
  controls.addEventListener("focusin", load, { once: true });
  controls.addEventListener("input", show);
  box.prepend(controls);
  show();
}

/* Wide things: a box whose content goes on beyond its edge fades there, and can be scrolled with the keyboard. */
function watchWidth(box) {
  const update = () => {
    const hidden = box.scrollWidth - box.clientWidth;
    box.classList.toggle("scrolls", hidden > 1);
    box.classList.toggle("more", hidden - box.scrollLeft > 1);
    if (hidden > 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  box.addEventListener("scroll", update, { passive: true });
  new ResizeObserver(update).observe(box);
  update();
}

/* The report card: menus that leave the claims of one document or verdict. */
function filterClaims(form) {
  const menus = [...form.querySelectorAll("select")];
  const claims = [...document.querySelectorAll(".card-claims .claim")];
  const count = form.querySelector("output");
  const update = () => {
    const fits = (claim) => menus.every((menu) => !menu.value || claim.dataset[menu.dataset.filter] === menu.value);
    claims.forEach((claim) => (claim.hidden = !fits(claim)));
    count.textContent = `${claims.filter((claim) => !claim.hidden).length} of ${claims.length} claims`;
  };
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  update();
}

document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search !== "undefined") Search.makeSearchSummary = listSections;
  document.querySelectorAll(".frames").forEach(addControls);
  document.querySelectorAll(".card-filters").forEach(filterClaims);
  document.querySelectorAll(".cell_output .text_html, .cell_output pre, .frames-picture, .card-table").forEach(watchWidth);
});
