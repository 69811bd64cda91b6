// Show a param's value, shortened and only as text.

import { isEncrypted } from "./changes.js";
import { el } from "./dom.js";
import { ownIcon } from "./icons.js";

const MOST_CHIPS = 12;
const LONGEST_CHIP = 64;
const LONGEST_TEXT = 400;

/** Make the element of a value; `nameOf` returns the name of the machine with a Uuid, if there is one. */
export function valueElement(value, nameOf) {
  if (isEncrypted(value)) return el("span", "value sealed", ownIcon("lock"), "encrypted");
  if (value === null || value === "") return el("span", "value faint", value === null ? "null" : "empty text");
  if (typeof value === "string") {
    const machine = nameOf(value);
    return machine ? chip(machine, value) : long(value);
  }
  if (Array.isArray(value)) return listElement(value, nameOf);
  return long(JSON.stringify(value));
}

function listElement(values, nameOf) {
  if (values.length === 0) return el("span", "value faint", "empty list");
  const names = values.map((item) => {
    if (typeof item === "string") return nameOf(item) ?? item;
    return typeof item?.Name === "string" ? item.Name : null;
  });
  if (names.some((name) => name === null || name.length > LONGEST_CHIP)) return long(JSON.stringify(values));
  const shown = names.slice(0, MOST_CHIPS).map((name, place) => chip(name, JSON.stringify(values[place])));
  if (names.length > MOST_CHIPS) shown.push(el("span", "more", `and ${names.length - MOST_CHIPS} more`));
  return el("span", "value chips", ...shown);
}

function chip(name, whole) {
  const node = el("span", "chip", name);
  node.title = whole;
  return node;
}

/** Make the element of a text: it shows a few lines, its tooltip some more. */
function long(words) {
  const cut = words.length > LONGEST_TEXT ? `${words.slice(0, LONGEST_TEXT)}…` : words;
  const node = el("span", "value", cut);
  if (cut.length > LONGEST_CHIP) node.title = cut;
  return node;
}
