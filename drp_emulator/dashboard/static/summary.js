// The summary: one sentence with the numbers of machines, and a bar with their shares.

import { el, empty, keyed, setText } from "./dom.js";
import { statusOf } from "./reading.js";

const KINDS = [
  ["failed", "failed"],
  ["stopped", "stopped"],
  ["working", "running"],
  ["waiting", "waiting"],
  ["done", "complete"],
  ["idle", "idle"],
];

export class Summary {
  constructor(place) {
    this.sentence = place("sentence");
    this.share = place("share");
  }

  show(store) {
    const total = store.machines.size;
    const counts = new Map(KINDS.map(([kind]) => [kind, 0]));
    for (const machine of store.machines.values()) {
      const { kind } = statusOf(machine, store.jobOf(machine));
      counts.set(kind, counts.get(kind) + 1);
    }
    const shown = KINDS.map(([kind, word]) => ({ kind, word, count: counts.get(kind), total }));
    const some = shown.filter(({ count }) => count > 0);
    const head = [{ kind: "all", word: total === 1 ? "machine" : "machines", count: total, total }];
    keyed(this.sentence, [...head, ...some], ({ kind }) => kind, makeCount, updateCount);
    keyed(this.share, some, ({ kind }) => kind, () => el("i"), updateShare);
    document.title = title(counts, total);
  }

  clear() {
    empty(this.sentence);
    empty(this.share);
    document.title = "Digital Rebar Provision";
  }
}

function makeCount({ kind }) {
  const node = el("span", "sum", el("b"), " ", el("span"));
  node.dataset.kind = kind;
  return node;
}

function updateCount(node, { count, word }) {
  setText(node.firstElementChild, String(count));
  setText(node.lastElementChild, word);
}

function updateShare(node, { kind, count }) {
  node.dataset.kind = kind;
  node.style.setProperty("flex-grow", String(count));
}

/** Return the title, which a tab in the background shows. */
function title(counts, total) {
  const failed = counts.get("failed");
  const running = counts.get("working");
  const news = failed ? `${failed} failed` : running ? `${running} running` : `${total} machines`;
  return `${news} · Digital Rebar`;
}
