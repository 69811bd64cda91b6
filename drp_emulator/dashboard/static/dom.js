// Helpers for elements. Text is only inserted as text, never as markup.

/** Make an element with a class and children; strings among them become text. */
export function el(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/** Set a text if it differs, which saves a new layout. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Set or remove an attribute if it differs. */
export function setAttribute(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

const CHILDREN = new WeakMap();

/**
 * Make a parent's children match items: each keeps its element as long as its key stays.
 *
 * `make(item)` gives the element; `update(element, item)` runs only when the item's JSON differs from last time.
 */
export function keyed(parent, items, key, make, update) {
  const before = CHILDREN.get(parent) ?? new Map();
  const after = new Map();
  const wanted = new Set(items.map(key));
  // Elements without an item are removed first: the others need not be moved then, and keep the focus.
  for (const [name, { node }] of before) if (!wanted.has(name)) node.remove();
  let next = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const known = before.get(name) ?? { node: make(item), seen: "" };
    const seen = JSON.stringify(item);
    if (seen !== known.seen) update(known.node, item);
    after.set(name, { node: known.node, seen });
    if (known.node === next) next = next.nextElementSibling;
    else parent.insertBefore(known.node, next);
  }
  CHILDREN.set(parent, after);
}

/** Remove all children, and forget their keys. */
export function empty(parent) {
  CHILDREN.delete(parent);
  parent.replaceChildren();
}

/** Let an element glow once. Two names for one animation let it start again while it still runs. */
export function glow(node) {
  node.dataset.fresh = node.dataset.fresh === "a" ? "b" : "a";
}

const RECENT_MS = 10_000;

/** Make an element that says how long ago something happened; `tick` updates it. */
export function ago(at = 0) {
  const node = el("span", "ago");
  setAgo(node, at);
  return node;
}

/** Set the time of such an element; 0 for none. */
export function setAgo(node, at, now = Date.now()) {
  node.dataset.at = String(at);
  const age = Math.max(0, now - at);
  node.classList.toggle("recent", at > 0 && age < RECENT_MS);
  setText(node, at > 0 ? inWords(age) : "");
}

/** Update every "3 s ago" of the dashboard. */
export function tick() {
  const now = Date.now();
  for (const node of document.querySelectorAll(".ago:not(:empty)")) setAgo(node, Number(node.dataset.at), now);
}

function inWords(age) {
  const seconds = Math.floor(age / 1000);
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return `${Math.floor(seconds / 3600)} h ago`;
}
