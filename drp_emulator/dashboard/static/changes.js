// Describe the difference between two versions of an object, from an event or a poll.
// The words fit one subject and several, since lines with the same words are joined.

import { isLeaderParam } from "./reading.js";

const LONGEST_VALUE = 48;

/** Return the changes of a machine: which `part`, the words, and the tone. */
export function machineChanges(old, machine) {
  if (!old) return [change("self", "appeared")];
  const changes = [];
  const say = (part, words, tone) => changes.push(change(part, words, tone));
  if (old.name !== machine.name) say("name", `was ${old.name} before`);
  if (old.workflow !== machine.workflow) {
    say("workflow", machine.workflow ? `started workflow ${machine.workflow}` : `left workflow ${old.workflow}`);
  }
  if (old.stage !== machine.stage && machine.stage) say("stage", `entered stage ${machine.stage}`);
  if (old.current !== machine.current) say("progress", "");
  if (machine.complete && !old.complete && machine.workflow) {
    say("progress", `completed ${machine.workflow}`, "done");
  }
  if (old.runnable && !machine.runnable) say("runnable", "stopped", "stopped");
  if (!old.runnable && machine.runnable) say("runnable", "may run again");
  if (old.available && !machine.available) say("available", `became unavailable: ${machine.errors.join("; ")}`, "failed");
  for (const name of without(machine.profiles, old.profiles)) say("profiles", `joined ${name}`);
  for (const name of without(old.profiles, machine.profiles)) say("profiles", `left ${name}`);
  for (const { name, value, gone } of paramChanges(old.leads, machine.leads)) {
    say("leads", gone ? `lost ${name}` : `got ${name} → ${brief(value)}`, "leader");
  }
  if (old.icon !== machine.icon || old.color !== machine.color) {
    say("icon", `turned to ${[machine.color, machine.icon].filter(Boolean).join(" ") || "no icon"}`);
  }
  return changes;
}

/** Return the changes of a profile; a part is the name of a param. */
export function profileChanges(old, profile) {
  if (!old) return [change("self", "appeared")];
  return paramChanges(old.params, profile.params).map(({ name, value, gone }) => {
    const words = gone ? `lost ${name}` : `${name} → ${brief(value)}`;
    return change(`param ${name}`, words, isLeaderParam(name) ? "leader" : "");
  });
}

/** Return the changes of a job, described as its machine's. */
export function jobChanges(old, job) {
  if (old?.state === job.state) return [];
  if (job.state === "running") return [change("job", `started ${job.task}`)];
  if (job.state === "failed") return [change("job", `failed in ${job.task}`, "failed")];
  return [change("job", "")];
}

function change(part, words, tone = "") {
  return { part, words, tone };
}

function paramChanges(old, params) {
  const before = new Map(old);
  const after = new Map(params);
  const changed = params.filter(([name, value]) => !before.has(name) || !same(before.get(name), value));
  return [
    ...changed.map(([name, value]) => ({ name, value, gone: false })),
    ...old.filter(([name]) => !after.has(name)).map(([name]) => ({ name, value: null, gone: true })),
  ];
}

const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);
const without = (names, others) => names.filter((name) => !others.includes(name));

/** Return a value in a few characters; of lists and encrypted values only the kind. */
function brief(value) {
  if (isEncrypted(value)) return "encrypted";
  if (Array.isArray(value) && value.length > 0) {
    const names = value.map((item) => (typeof item === "string" ? item : item?.Name));
    if (names.every((name) => typeof name === "string")) return cut(names.join(", "));
    return `a list of ${value.length}`;
  }
  return cut(typeof value === "string" && value ? value : JSON.stringify(value));
}

function cut(words) {
  const characters = [...words];
  return characters.length > LONGEST_VALUE ? `${characters.slice(0, LONGEST_VALUE - 1).join("")}…` : words;
}

/** Return whether a value is the encrypted value of a secure param. */
export function isEncrypted(value) {
  return (
    value !== null && typeof value === "object" && Object.keys(value).sort().join() === "Key,Nonce,Payload"
    && Object.values(value).every((part) => typeof part === "string")
  );
}
