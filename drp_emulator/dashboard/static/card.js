// One machine as a card.

import { ago, el, glow, setAgo, setAttribute, setText } from "./dom.js";
import { icon, ownIcon, tone } from "./icons.js";

// With more tasks than this, a bar shows no mark for each.
const MOST_MARKS = 30;

/** Make an empty card; `updateCard` fills it. */
export function makeCard() {
  const card = el("li", "card");
  const parts = {
    badge: el("span", "badge"),
    name: el("h3", "card-name"),
    crown: el("span", "crown", ownIcon("crown"), el("span", "unseen", "leader")),
    word: el("span", "word"),
    place: el("p", "place"),
    bar: progressBar(),
    count: el("span", "count"),
    profiles: el("span", "profiles"),
    ago: ago(),
    error: el("p", "error"),
  };
  const top = el("div", "card-top", el("div", "card-title", parts.name, parts.crown), parts.word);
  const bottom = el("div", "card-foot", parts.profiles, parts.ago);
  card.append(parts.badge, top, parts.place, el("div", "card-bar", parts.bar, parts.count), parts.error, bottom);
  card.parts = parts;
  return card;
}

/** Fill a card from a machine's view, as `viewOf` makes it. */
export function updateCard(card, view) {
  const { parts } = card;
  card.dataset.machine = view.name;
  card.dataset.kind = view.kind;
  card.classList.toggle("leader", view.leader);
  showIcon(parts.badge, view);
  setText(parts.name, view.name);
  setAttribute(parts.name, "title", view.name);
  parts.crown.hidden = !view.leader;
  setText(parts.word, view.word);
  showPlace(parts.place, view);
  showProgress(parts.bar, view);
  setText(parts.count, view.total ? `${view.done} / ${view.total}` : "");
  parts.bar.parentElement.hidden = view.total === 0;
  setText(parts.error, view.error);
  setAttribute(parts.error, "title", view.error);
  parts.error.hidden = !view.error;
  setText(parts.profiles, view.profiles.join(" · "));
  setAttribute(parts.profiles, "title", view.profiles.join("\n"));
  setAgo(parts.ago, view.at);
  parts.ago.parentElement.hidden = view.at === 0 && view.profiles.length === 0;
  if (card.lastChange !== undefined && view.at > card.lastChange) glow(card);
  card.lastChange = view.at;
}

/** Show the machine's own icon in its own colour. */
export function showIcon(badge, view) {
  const wanted = `${view.icon} ${view.color}`;
  if (badge.shown === wanted) return;
  badge.shown = wanted;
  badge.className = `badge ${tone(view.color)}`;
  badge.replaceChildren(icon(view.icon));
}

function showPlace(place, view) {
  const words = [view.stage, view.task].filter(Boolean);
  setAttribute(place, "title", words.join(" › "));
  const [stage, task] = words;
  const shown = `${stage} ${task ?? ""}`;
  if (place.shown === shown) return;
  place.shown = shown;
  place.replaceChildren(el("span", "stage", stage));
  if (task) place.append(el("span", "task", task));
}

/** Make a bar with a mark for each task. */
export function progressBar() {
  const bar = el("div", "progress", el("div", "progress-done"), el("div", "progress-now"));
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-valuemin", "0");
  return bar;
}

/** Show a machine's progress. */
export function showProgress(bar, view) {
  const total = Math.max(view.total, 1);
  setAttribute(bar, "aria-valuemax", String(total));
  setAttribute(bar, "aria-valuenow", String(view.done));
  setAttribute(bar, "aria-label", `Tasks of ${view.name}`);
  bar.style.setProperty("--total", String(total));
  bar.style.setProperty("--done", String(view.done));
  bar.classList.toggle("marked", view.total > 1 && view.total <= MOST_MARKS);
}
