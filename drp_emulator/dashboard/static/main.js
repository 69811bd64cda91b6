// Start the dashboard: first the log-in, then the board; the log-in again if the token is no longer valid.

import { Clusters } from "./clusters.js";
import { setText, tick } from "./dom.js";
import { Events } from "./events.js";
import { Live } from "./live.js";
import { Machines } from "./machines.js";
import { clustersOf } from "./reading.js";
import { Session } from "./session.js";
import { Store } from "./store.js";
import { Summary } from "./summary.js";

const place = (id) => document.getElementById(id);
const TICK_MS = 1000;
const STATES = {
  starting: "Connecting",
  live: "Live",
  polling: "Not live: looking every 3 s",
  lost: "Not live: no answer",
};

const store = new Store(draw);
const views = [Summary, Machines, Clusters, Events].map((View) => new View(place));
let session = null;
let live = null;
let drawing = 0;

/** Draw in the next frame, once for all changes before it; a hidden tab draws nothing. */
function draw() {
  if (drawing) return;
  drawing = requestAnimationFrame(() => {
    drawing = 0;
    if (!session) return;
    const clusters = clustersOf(store.profiles, store.machines);
    for (const view of views) view.show(store, clusters);
  });
}

function showState(state) {
  const badge = place("live");
  badge.dataset.state = state;
  setText(badge, STATES[state]);
}

function watch(opened) {
  session = opened;
  place("login").hidden = true;
  place("watch").hidden = false;
  showState("starting");
  live = new Live(session, store, showState, () => leave("Your log-in has ended. Please log in again."));
  live.start();
}

/** Return to the log-in, and remove all data from the document. */
function leave(why = "") {
  live?.stop();
  session?.close();
  live = session = null;
  store.clear();
  for (const view of views) view.clear();
  askWho(why);
}

function askWho(why = "") {
  place("watch").hidden = true;
  place("login").hidden = false;
  setText(place("login-error"), why);
  place("login-user").focus();
}

async function logIn(event) {
  event.preventDefault();
  const [user, password, button] = ["login-user", "login-password", "login-button"].map(place);
  button.disabled = true;
  setText(place("login-error"), "");
  try {
    const opened = await Session.opened(user.value, password.value);
    if (opened) {
      password.value = "";
      watch(opened);
    } else {
      setText(place("login-error"), "The endpoint does not know this user and password.");
      password.select();
    }
  } catch {
    setText(place("login-error"), "The endpoint did not answer. Please try again.");
  } finally {
    button.disabled = false;
  }
}

for (const id of ["place", "login-place"]) setText(place(id), location.host);
place("login-form").addEventListener("submit", logIn);
place("logout").addEventListener("click", () => leave());
setInterval(() => document.hidden || tick(), TICK_MS);

const kept = Session.kept();
if (kept) watch(kept);
else askWho();
