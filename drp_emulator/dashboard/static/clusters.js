// Clusters: their machines, leaders and params.

import { showIcon } from "./card.js";
import { ago, el, empty, glow, keyed, setAgo, setAttribute, setText } from "./dom.js";
import { ownIcon } from "./icons.js";
import { compare, isLeaderParam, statusOf } from "./reading.js";
import { valueElement } from "./values.js";

// Further params are shown by a button, except those that changed.
const MANY_PARAMS = 10;
const ORDER = ["failed", "stopped", "working", "waiting", "done", "idle"];
const WORDS = { failed: "failed", stopped: "stopped", working: "running", waiting: "waiting", done: "complete", idle: "idle" };

export class Clusters {
  constructor(place) {
    this.list = place("clusters");
    this.none = place("no-clusters");
  }

  show(store, clusters) {
    const views = clusters.map((cluster) => this.#view(cluster, store));
    this.none.hidden = views.length > 0;
    const nameOf = (uuid) => store.machines.get(uuid)?.name;
    keyed(this.list, views, (view) => view.name, makePanel, (panel, view) => updatePanel(panel, view, nameOf));
  }

  clear() {
    empty(this.list);
  }

  #view({ profile, members: machines, leaders }, store) {
    const members = machines.sort(compare).map((machine) => ({
      key: machine.key,
      name: machine.name,
      kind: statusOf(machine, store.jobOf(machine)).kind,
      leader: leaders.has(machine.key),
    }));
    const params = profile.params.map(([name, value]) => ({
      name,
      value,
      at: store.changedAt("profiles", profile.key, `param ${name}`),
    }));
    const { name, icon, color, errors, available, description } = profile;
    return {
      name, color, description, members, params,
      icon: icon || "object group",
      error: available ? "" : errors.join("; "),
      elects: profile.params.some(([param]) => isLeaderParam(param)),
      at: store.changedAt("profiles", profile.key),
    };
  }
}

function makePanel() {
  const panel = el("article", "panel");
  const parts = {
    badge: el("span", "badge"),
    name: el("h3", "panel-name"),
    ago: ago(),
    counts: el("p", "counts"),
    dots: el("div", "dots"),
    leaders: el("p", "leaders"),
    error: el("p", "error"),
    params: el("dl", "params"),
    more: el("button", "quiet more-params"),
  };
  parts.dots.setAttribute("aria-hidden", "true");
  parts.more.type = "button";
  parts.more.addEventListener("click", () => {
    panel.classList.toggle("all");
    parts.more.setAttribute("aria-expanded", String(panel.classList.contains("all")));
    labelMore(panel);
  });
  const title = el("div", "panel-title", parts.name, parts.counts);
  panel.append(
    el("header", "panel-top", parts.badge, title, parts.ago),
    parts.dots, parts.leaders, parts.error, parts.params, parts.more,
  );
  panel.parts = parts;
  return panel;
}

function updatePanel(panel, view, nameOf) {
  const { parts } = panel;
  panel.dataset.profile = view.name;
  showIcon(parts.badge, view);
  setText(parts.name, view.name);
  setAttribute(parts.name, "title", view.description || view.name);
  setText(parts.counts, counts(view.members));
  setAgo(parts.ago, view.at);
  keyed(parts.dots, view.members, ({ key }) => key, () => el("i", "dot"), updateDot);
  showLeaders(parts.leaders, view);
  setText(parts.error, view.error);
  parts.error.hidden = !view.error;
  keyed(parts.params, view.params, ({ name }) => name, makeParam, (row, param) => updateParam(row, param, nameOf));
  const hidden = view.params.length - MANY_PARAMS;
  panel.rest = hidden;
  parts.more.hidden = hidden <= 0;
  labelMore(panel);
}

function labelMore(panel) {
  setText(panel.parts.more, panel.classList.contains("all") ? "Show fewer" : `Show ${panel.rest} more`);
}

function counts(members) {
  if (members.length === 0) return "no machines";
  const kinds = ORDER.map((kind) => [members.filter((member) => member.kind === kind).length, WORDS[kind]]);
  const words = kinds.filter(([count]) => count > 0).map(([count, word]) => `${count}\u00a0${word}`);
  return `${members.length} ${members.length === 1 ? "machine" : "machines"} · ${words.join(", ")}`;
}

function updateDot(dot, member) {
  dot.className = member.leader ? "dot leader" : "dot";
  dot.dataset.kind = member.kind;
  dot.title = member.name;
}

function showLeaders(place, view) {
  const names = view.members.filter(({ leader }) => leader).map(({ name }) => name);
  const verb = names.length > 1 ? "lead" : "leads";
  const shown = names.length > 0 ? `${names.join(", ")} ${verb}` : view.elects ? "No leader yet" : "";
  place.hidden = !shown;
  if (place.shown === shown) return;
  place.shown = shown;
  place.classList.toggle("undecided", names.length === 0);
  place.replaceChildren(ownIcon("crown"), el("span", "leader-names", shown));
  if (names.length > 0) glow(place);
}

function makeParam({ name }) {
  const cut = name.lastIndexOf("/") + 1;
  const above = el("span", "param-above", el("span", "param-path", name.slice(0, cut)), ago());
  const term = el("dt", "", above, name.slice(cut));
  term.title = name;
  return el("div", "param", term, el("dd"));
}

function updateParam(row, { name, value, at }, nameOf) {
  const [term, shown] = row.children;
  row.dataset.param = name;
  row.classList.toggle("changed", at > 0);
  shown.replaceChildren(valueElement(value, nameOf));
  setAgo(term.firstElementChild.lastElementChild, at);
  if (at > 0 && at !== row.lastChange) glow(row);
  row.lastChange = at;
}
