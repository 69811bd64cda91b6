// All machines, as cards or, if there are many, as a grid of small tiles.

import { makeCard, showIcon, showProgress, progressBar, updateCard } from "./card.js";
import { el, empty, glow, keyed, setAttribute } from "./dom.js";
import { compare, progressOf, statusOf } from "./reading.js";

// From this number on, tiles are the default.
const MANY = 48;
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

/** Return what is shown of a machine. It differs exactly if the machine looks different. */
export function viewOf(machine, store, leaders) {
  const job = store.jobOf(machine);
  return {
    key: machine.key,
    name: machine.name,
    icon: machine.icon,
    color: machine.color,
    stage: placeOf(machine),
    profiles: machine.profiles,
    error: machine.available ? "" : machine.errors.join("; "),
    leader: leaders.has(machine.key),
    at: store.changedAt("machines", machine.key),
    ...statusOf(machine, job),
    ...progressOf(machine, job),
  };
}

/** Return the stage of a machine; its address if it has no stage and no workflow. */
function placeOf(machine) {
  const nowhere = !machine.stage || (machine.stage === "none" && !machine.workflow);
  return (nowhere && machine.address) || machine.stage || "no stage";
}

export class Machines {
  #chosen = null;
  #size = null;
  #drawn = null;
  #views = [];

  constructor(place) {
    this.list = place("machines");
    this.inspector = place("inspector");
    this.none = place("no-machines");
    this.buttons = ["Cards", "Tiles"].map((label) => this.#sizeButton(label));
    place("density").replaceChildren(...this.buttons);
    this.list.addEventListener("keydown", (event) => this.#walk(event));
  }

  show(store, clusters) {
    const leaders = new Set(clusters.flatMap((cluster) => [...cluster.leaders]));
    this.#views = [...store.machines.values()].sort(compare).map((machine) => viewOf(machine, store, leaders));
    this.#draw();
  }

  clear() {
    this.#chosen = null;
    this.#views = [];
    this.#draw();
  }

  #draw() {
    const size = this.#size ?? (this.#views.length >= MANY ? "Tiles" : "Cards");
    if (size !== this.#drawn) empty(this.list);
    this.#drawn = size;
    for (const button of this.buttons) setAttribute(button, "aria-pressed", String(button.textContent === size));
    this.none.hidden = this.#views.length > 0;
    this.list.classList.toggle("tiles", size === "Tiles");
    if (size === "Cards") keyed(this.list, this.#views, (view) => view.key, makeCard, updateCard);
    else keyed(this.list, this.#views, (view) => view.key, () => this.#makeTile(), updateTile);
    this.#inspect();
  }

  /** Show the chosen tile's machine as a card; the user chooses it. */
  #inspect() {
    const view = this.#drawn === "Tiles" ? this.#views.find(({ key }) => key === this.#chosen) : undefined;
    this.inspector.hidden = this.#drawn !== "Tiles" || this.#views.length === 0;
    if (view === undefined) {
      empty(this.inspector);
      this.inspector.append(el("p", "hint", "Choose a machine to see it here."));
    } else {
      this.inspector.querySelector(".hint")?.remove();
      keyed(this.inspector, [view], ({ key }) => key, () => plain(makeCard()), updateCard);
    }
    // The Tab key reaches one tile, the arrow keys the others.
    const tiles = [...this.list.querySelectorAll(".tile")];
    const stop = tiles.find((tile) => tile.machine === view?.key) ?? tiles[0];
    for (const tile of tiles) {
      tile.tabIndex = tile === stop ? 0 : -1;
      setAttribute(tile, "aria-pressed", String(tile.machine === view?.key));
    }
  }

  #makeTile() {
    const tile = el("button", "tile", el("span", "badge"), progressBar());
    tile.type = "button";
    tile.addEventListener("click", () => this.#choose(tile));
    tile.addEventListener("focus", () => this.#choose(tile));
    return el("li", "tile-place", tile);
  }

  #choose(tile) {
    this.#chosen = tile.machine;
    this.#inspect();
  }

  #walk(event) {
    const tiles = [...this.list.querySelectorAll(".tile")];
    const at = tiles.indexOf(document.activeElement);
    if (at < 0) return;
    const row = tiles.findIndex((tile) => tile.offsetTop > tiles[0].offsetTop);
    const steps = { ...STEPS, ArrowUp: -row, ArrowDown: row, Home: -at, End: tiles.length - 1 - at };
    const to = tiles[at + (steps[event.key] ?? Number.NaN)];
    if (to === undefined) return;
    event.preventDefault();
    to.focus();
  }

  #sizeButton(label) {
    const button = el("button", "", label);
    button.type = "button";
    button.addEventListener("click", () => {
      this.#size = label;
      this.#draw();
    });
    return button;
  }
}

function updateTile(place, view) {
  const tile = place.firstElementChild;
  const [badge, bar] = tile.children;
  tile.machine = view.key;
  tile.dataset.machine = view.name;
  tile.dataset.kind = view.kind;
  tile.classList.toggle("leader", view.leader);
  const label = `${view.name}, ${view.word}${view.leader ? ", leader" : ""}`;
  setAttribute(tile, "aria-label", label);
  setAttribute(tile, "title", label);
  showIcon(badge, view);
  showProgress(bar, view);
  if (tile.lastChange !== undefined && view.at > tile.lastChange) glow(tile);
  tile.lastChange = view.at;
}

/** Make a card for a place outside a list. */
function plain(card) {
  const box = el("div", card.className, ...card.childNodes);
  box.parts = card.parts;
  return box;
}
