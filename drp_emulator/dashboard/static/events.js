// The latest events as sentences, newest first.

import { ago, el, empty, keyed, setAgo, setAttribute, setText } from "./dom.js";

const MOST_NAMES = 3;

export class Events {
  constructor(place) {
    this.list = place("events");
    this.none = place("no-events");
  }

  show(store) {
    this.none.hidden = store.log.length > 0;
    keyed(this.list, store.log, (line) => line.id, makeLine, updateLine);
  }

  clear() {
    empty(this.list);
  }
}

function makeLine() {
  const line = el("li", "event", el("p", "event-words", el("b"), " ", el("span")), el("p", "event-foot", ago(), el("span", "by")));
  line.dataset.fresh = "a";
  return line;
}

function updateLine(line, { at, who, words, tone, by }) {
  const [said, foot] = line.children;
  line.dataset.tone = tone;
  setText(said.firstElementChild, names(who));
  setAttribute(said.firstElementChild, "title", who.join("\n"));
  setText(said.lastElementChild, words);
  setAgo(foot.firstElementChild, at);
  setText(foot.lastElementChild, by ? `by ${by}` : "");
}

function names(who) {
  if (who.length === 1) return who[0];
  const shown = who.length > MOST_NAMES ? who.slice(-2) : who.slice(0, -1);
  const last = who.length > MOST_NAMES ? `${who.length - 2} more` : who.at(-1);
  return `${shown.join(", ")} and ${last}`;
}
