// Icons and colours, by their names in an object's Meta. No name becomes markup, an address or a style: each is looked
// up here, and an unknown one is shown as two letters without colour.

const SPRITE = "dashboard/icons.svg";
const SVG = "http://www.w3.org/2000/svg";

// Left: our icon. Right: the first words of names in DRP and its content packs that it stands for.
const NAMES = {
  server: ["server", "rack", "microchip"],
  anchor: ["anchor"],
  ship: ["ship", "boat", "docker"],
  world: ["world", "globe", "earth"],
  cloud: ["cloud"],
  check: ["check", "checkmark", "thumbs up", "smile"],
  crown: ["crown", "chess queen", "chess king", "chess", "queen", "king"],
  star: ["star", "certificate"],
  trophy: ["trophy", "winner", "gem", "diamond"],
  warning: ["warning", "exclamation", "attention", "dizzy", "frown"],
  hourglass: ["hourglass", "wait"],
  group: ["object group", "object ungroup", "clone", "copy", "users", "th", "grid layout", "kubernetes"],
  cube: ["cube", "cubes", "box", "boxes", "archive", "shipping"],
  database: ["database", "hdd", "warehouse"],
  desktop: ["desktop", "computer", "laptop", "tv", "mobile"],
  power: ["power", "power off", "toggle"],
  settings: ["setting", "settings", "cog", "cogs", "sliders", "options"],
  refresh: ["refresh", "sync", "recycle", "redo", "undo", "repeat", "spinner", "random"],
  play: ["play", "video play", "step forward", "rocket", "forward"],
  pause: ["pause"],
  stop: ["stop"],
  lock: ["lock", "shield", "user secret"],
  key: ["key", "ticket"],
  user: ["user", "male", "female", "child", "id"],
  terminal: ["terminal", "code", "keyboard"],
  wrench: ["wrench", "configure", "hammer", "tools", "screwdriver"],
  bug: ["bug", "bomb"],
  fire: ["fire", "hotjar", "burn"],
  heart: ["heart", "heartbeat"],
  disk: ["disk", "save", "usb"],
  sitemap: ["sitemap", "share alternate", "code branch", "fork", "project diagram", "tasks", "list"],
  flag: ["flag", "map"],
  hand: ["hand", "hand paper"],
  bolt: ["bolt", "lightning", "plug in"],
  clock: ["clock", "history", "stopwatch", "calendar", "time"],
  search: ["search", "zoom", "binoculars", "find"],
  download: ["download", "upload", "cloud download", "sign-in", "arrow"],
  tag: ["tag", "tags", "bookmark"],
  leaf: ["leaf", "tree", "seedling", "paw"],
  plug: ["plug", "ethernet", "usb"],
  close: ["close", "times", "x", "ban", "remove", "delete", "trash", "cancel"],
  question: ["question", "help", "info"],
  eye: ["eye", "low vision", "hide"],
  magic: ["magic", "wizard", "paint"],
};
const KNOWN = new Map(Object.entries(NAMES).flatMap(([ours, theirs]) => theirs.map((name) => [name, ours])));
const TONES = new Set([
  "red", "orange", "yellow", "olive", "green", "teal", "blue", "violet", "purple", "pink", "brown", "grey", "black",
]);

/** Return our icon for DRP's name, by the longest known run of its first words; undefined if there is none. */
export function known(name) {
  const words = name.toLowerCase().trim().split(/[\s_]+/);
  for (let count = words.length; count > 0; count -= 1) {
    const found = KNOWN.get(words.slice(0, count).join(" "));
    if (found) return found;
  }
  return undefined;
}

/** Return the class for the colour in `Meta.color`. */
export function tone(color) {
  const name = color.toLowerCase().trim();
  return TONES.has(name) ? `tone-${name}` : name === "gray" ? "tone-grey" : "tone-none";
}

/** Make the element of an icon, with initials for an unknown name. An empty name shows as `otherwise`. */
export function icon(name, otherwise = "server") {
  const ours = name.trim() ? known(name) : otherwise;
  if (ours) return ownIcon(ours);
  const letters = document.createElement("span");
  letters.className = "initials";
  letters.textContent = initials(name);
  return letters;
}

/** Make the element of one of our own icons. */
export function ownIcon(id) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${SPRITE}#${id}`);
  svg.append(use);
  return svg;
}

function initials(name) {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? ["?"];
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => [...word][0]) : [...words[0]].slice(0, 2);
  return letters.join("").toUpperCase();
}
