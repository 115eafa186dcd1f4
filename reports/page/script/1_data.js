// The data that the page holds for this script, and the helpers shared by all its files.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children);
  return element;
};
const on = (target, kind, ...how) => target.addEventListener(kind, ...how);
const press = (button, down) => (button.ariaPressed = down);
const put = Object.assign, pen2d = (canvas) => canvas.getContext("2d");
const go = (id) => document.getElementById(id)?.scrollIntoView();
const unpack = (text, Kind) => new Kind(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const load = (sheet) => {
  sheet.image = put(new Image(), { src: sheet.source });
  sheet.image.decode().then(() => inspect(), () => {}); // what was asked for before it was decoded appears now
};

const NOTHING = 65535; // marks a missing coordinate
const data = JSON.parse(document.getElementById("points")?.textContent ?? null);
if (data) {
  data.labels = unpack(data.labels, Uint8Array);
  load(data.images);
  for (const variant of Object.values(data.variants)) {
    variant.errors = unpack(variant.errors, Uint16Array);
    // What colours tell apart: classes, or without labels ranges of errors.
    variant.groups = data.many ? data.labels.map((label) => data.groups[label])
      : variant.errors.map((error) => data.edges.filter((edge) => edge < error).length);
    load(variant.decoded);
  }
}

const [said] = all("#said");
let speaking;
const say = (text) => {
  clearTimeout(speaking); // of many quick steps only the last is read out
  speaking = setTimeout(() => (said.textContent = text), 150);
};
