// Keep the store up to date by events, and by polls in case events are missing.

import { Ended, Unanswered } from "./session.js";

const EVENTS = ["profiles.*.*", "machines.*.*", "jobs.*.*"];
// The intervals of polls without events, and with them.
const POLL_MS = 3000;
const SAFETY_MS = 30_000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;
// A token lasts an hour by default.
const RENEW_MS = 20 * 60_000;

export class Live {
  #socket = null;
  #receipts = 0;
  #failures = 0;
  #timers = new Map();
  #looking = false;
  #again = false;
  #held = [];
  #stopped = false;

  /** `onState` gets "live", "polling" or "lost"; `onEnded` is called if the token is no longer valid. */
  constructor(session, store, onState, onEnded) {
    Object.assign(this, { session, store, onState, onEnded });
  }

  start() {
    document.addEventListener("visibilitychange", this.#shown);
    this.#listen();
    this.#look();
    this.#later("renew", RENEW_MS, () => this.#renew());
  }

  stop() {
    this.#stopped = true;
    document.removeEventListener("visibilitychange", this.#shown);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#socket.onmessage = null;
    this.#socket.close();
  }

  get #isLive() {
    return this.#receipts >= EVENTS.length;
  }

  #listen() {
    const socket = new WebSocket(this.session.eventsAddress);
    this.#socket = socket;
    socket.onopen = () => EVENTS.forEach((event) => socket.send(`register ${event}`));
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = () => {
      if (this.#stopped) return;
      const lost = this.#isLive;
      this.#receipts = 0;
      // A random part, so that many dashboards do not reconnect at once.
      const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures) * (0.5 + Math.random() / 2);
      this.#failures += 1;
      this.#later("listen", wait, () => this.#listen());
      if (lost) this.#look();
    };
  }

  #hear(data) {
    let event;
    try {
      event = JSON.parse(data);
    } catch {
      return;
    }
    if (event?.Type === "websocket") {
      this.#receipts += 1;
      if (!this.#isLive) return;
      this.#failures = 0;
      // Changes from before the receipts need a poll.
      this.#look();
    } else if (this.#looking) {
      this.#held.push(event);
    } else if (event) {
      this.store.apply(event);
    }
  }

  /**
   * Read everything. Events that arrive meanwhile are applied afterwards: each holds the whole object, and the last
   * one about an object is as new as the list, or newer.
   */
  async #look() {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = true;
    try {
      const [machines, profiles, jobs] = await Promise.all([
        this.session.get("machines"), this.session.get("profiles"), this.#jobs(),
      ]);
      if (this.#stopped) return;
      this.store.replace("machines", machines);
      this.store.replace("profiles", profiles);
      this.store.replace("jobs", jobs);
      this.onState(this.#isLive ? "live" : "polling");
    } catch (error) {
      if (this.#stopped) return;
      if (error instanceof Ended) {
        this.onEnded();
        return;
      }
      this.onState("lost");
    } finally {
      this.#looking = false;
      this.#held.splice(0).forEach((event) => this.#stopped || this.store.apply(event));
    }
    const again = this.#again;
    this.#again = false;
    this.#later("look", again ? 0 : this.#isLive ? SAFETY_MS : POLL_MS, () => document.hidden || this.#look());
  }

  /** Return the current jobs of machines; none if the endpoint cannot select them. */
  async #jobs() {
    try {
      return await this.session.get("jobs?Current=true");
    } catch (error) {
      if (error instanceof Unanswered) return [];
      throw error;
    }
  }

  async #renew() {
    try {
      await this.session.renew();
    } catch (error) {
      if (this.#stopped) return;
      if (error instanceof Ended) {
        this.onEnded();
        return;
      }
    }
    this.#later("renew", RENEW_MS, () => this.#renew());
  }

  #shown = () => {
    if (!document.hidden) this.#look();
  };

  #later(what, wait, action) {
    clearTimeout(this.#timers.get(what));
    if (!this.#stopped) this.#timers.set(what, setTimeout(action, wait));
  }
}
