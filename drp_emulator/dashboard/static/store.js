// The objects of the endpoint as far as they are known here, and the times of their changes.

import { jobChanges, machineChanges, profileChanges } from "./changes.js";
import { readJob, readMachine, readProfile } from "./reading.js";

const TYPES = {
  machines: { read: readMachine, changes: machineChanges },
  profiles: { read: readProfile, changes: profileChanges },
  jobs: { read: readJob, changes: jobChanges },
};
const LONGEST_LOG = 40;
// The same change of several machines within this time is one line.
const TOGETHER_MS = 4000;

export class Store {
  machines = new Map();
  profiles = new Map();
  jobs = new Map();
  /** The latest events, newest first: `{id, since, at, who: [names], words, tone, by}`. */
  log = [];
  /** The last change of each part of an object: "profiles demo" → Map of part → time. */
  changed = new Map();
  #seen = new Set();
  #lines = 0;

  constructor(onChange) {
    this.onChange = onChange;
  }

  /** Replace all objects of a type by a list. The first list causes no events. */
  replace(type, documents) {
    const silent = !this.#seen.has(type);
    this.#seen.add(type);
    const gone = new Set(this[type].keys());
    for (const document of documents) {
      const object = TYPES[type].read(document);
      gone.delete(object.key);
      this.#put(type, object, { silent, by: "" });
    }
    for (const key of gone) this.#remove(type, key, "");
    this.onChange();
  }

  /** Apply one event of the endpoint. */
  apply(event) {
    if (!Object.hasOwn(TYPES, event.Type) || !event.Object) return;
    const object = TYPES[event.Type].read(event.Object);
    if (!object.key) return;
    const by = this.#nameOf(typeof event.Principal === "string" ? event.Principal : "");
    if (event.Action === "delete") this.#remove(event.Type, object.key, by);
    else this.#put(event.Type, object, { silent: false, by });
    this.onChange();
  }

  /** Return a machine's current or last job. */
  jobOf(machine) {
    return this.jobs.get(machine.job);
  }

  /** Return the time of the last change of a part of an object, or of any part; 0 if there was none. */
  changedAt(type, key, part) {
    const parts = this.changed.get(`${type} ${key}`);
    if (!parts) return 0;
    return part === undefined ? Math.max(...parts.values()) : parts.get(part) ?? 0;
  }

  /** Forget everything. */
  clear() {
    for (const held of [this.machines, this.profiles, this.jobs, this.changed, this.#seen]) held.clear();
    this.log = [];
  }

  #put(type, object, { silent, by }) {
    const old = this[type].get(object.key);
    this[type].set(object.key, object);
    if (silent) return;
    const [owner, key] = type === "jobs" ? ["machines", object.machine] : [type, object.key];
    const who = type === "jobs" ? this.machines.get(key)?.name : object.name;
    for (const { part, words, tone } of TYPES[type].changes(old, object)) {
      this.#mark(owner, key, part);
      if (words && who) this.#tell(who, words, tone, by);
    }
    if (type === "jobs") this.#forgetJobs(object);
  }

  #remove(type, key, by) {
    const old = this[type].get(key);
    if (!this[type].delete(key)) return;
    this.changed.delete(`${type} ${key}`);
    if (type !== "jobs") this.#tell(old.name, "disappeared", "", by);
  }

  #mark(type, key, part) {
    const place = `${type} ${key}`;
    if (!this.changed.has(place)) this.changed.set(place, new Map());
    this.changed.get(place).set(part, Date.now());
  }

  /** Add a line to the log, or a name to a recent line with the same words. */
  #tell(who, words, tone, by) {
    const at = Date.now();
    const joined = this.log.find((line) => line.words === words && at - line.since < TOGETHER_MS);
    if (joined) {
      joined.at = at;
      if (!joined.who.includes(who)) joined.who.push(who);
      if (joined.by !== by) joined.by = "";
      return;
    }
    this.#lines += 1;
    this.log.unshift({ id: this.#lines, since: at, at, who: [who], words, tone, by: by === who ? "" : by });
    this.log.length = Math.min(this.log.length, LONGEST_LOG);
  }

  /** Forget a machine's earlier jobs. */
  #forgetJobs(newest) {
    for (const job of this.jobs.values()) {
      if (job.machine === newest.machine && job.key !== newest.key && job.state === "finished") this.jobs.delete(job.key);
    }
  }

  /** Return the name of a principal: NAME of `user:NAME`, the machine's of `runner:UUID`. */
  #nameOf(principal) {
    const [kind, ...rest] = principal.split(":");
    const name = rest.join(":");
    return kind === "runner" ? (this.machines.get(name)?.name ?? "a machine") : name || principal;
  }
}
