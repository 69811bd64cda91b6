// Read DRP's documents of both dialects, v3.13 and v4.8. Only what is shown is kept, so no machine's secret is.
// Any member may be missing, or have another type than expected.

const LEADER_PARAM = /leader/i;
const LEADER_COUNT = /count|minimum|maximum/i;
const LEADER_ICONS = new Set(["anchor", "crown", "star", "trophy"]);

const text = (value) => (typeof value === "string" ? value : "");
const list = (value) => (Array.isArray(value) ? value : []);
const map = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});

export function readMachine(document) {
  const tasks = list(document.Tasks).map(text);
  const current = Number.isInteger(document.CurrentTask) ? document.CurrentTask : -1;
  const reached = tasks.length > 0 && current >= tasks.length;
  return {
    key: text(document.Uuid),
    name: text(document.Name) || text(document.Uuid),
    address: text(document.Address),
    stage: text(document.Stage),
    workflow: text(document.Workflow),
    tasks,
    current,
    // v3.13 has no such member; the list of tasks says it.
    complete: typeof document.WorkflowComplete === "boolean" ? document.WorkflowComplete || reached : reached,
    runnable: document.Runnable !== false,
    job: text(document.CurrentJob),
    profiles: list(document.Profiles).map(text),
    leads: Object.entries(map(document.Params)).filter(([name]) => isLeaderParam(name)),
    ...readHead(document, text(document.Uuid)),
  };
}

export function readProfile(document) {
  const params = Object.entries(map(document.Params));
  const name = text(document.Name);
  // By this param, scripts find the cluster of their machine.
  const namesItself = name !== "" && params.some(([, value]) => value === name);
  return { key: name, name, description: text(document.Description), params, namesItself, ...readHead(document, name) };
}

export function readJob(document) {
  return {
    key: text(document.Uuid),
    machine: text(document.Machine),
    task: text(document.Task),
    stage: text(document.Stage),
    state: text(document.State),
    started: Date.parse(text(document.StartTime)) || 0,
  };
}

function readHead(document, key) {
  const meta = map(document.Meta);
  return {
    available: document.Available !== false,
    // v4.8 puts the key before each error; the dashboard shows it elsewhere.
    errors: list(document.Errors).map((error) => text(error).replace(`${key}: `, "")),
    icon: text(meta.icon),
    color: text(meta.color),
  };
}

/** Return whether a param names leaders, rather than their number. */
export function isLeaderParam(name) {
  return LEADER_PARAM.test(name) && !LEADER_COUNT.test(name);
}

/** Return the status of a machine: a kind, for its colour, and a word. The job may be unknown. */
export function statusOf(machine, job) {
  if (!machine.available) return { kind: "failed", word: "Not available" };
  const state = job?.state;
  if (state === "running" && machine.runnable) return { kind: "working", word: "Running" };
  if (state === "failed" && !machine.complete) return { kind: "failed", word: "Failed" };
  if (!machine.runnable) return { kind: "stopped", word: "Stopped" };
  if (machine.tasks.length === 0 && !machine.workflow) return { kind: "idle", word: "Idle" };
  if (machine.complete) return { kind: "done", word: "Complete" };
  if (state === "created") return { kind: "working", word: "Starting" };
  return { kind: "waiting", word: state === "incomplete" ? "To go on" : "Waiting" };
}

/** Return how many of a machine's tasks are done, and the current one. */
export function progressOf(machine, job) {
  const total = machine.tasks.length;
  const done = machine.complete ? total : Math.min(Math.max(machine.current, 0), total);
  const running = job && ["created", "running", "incomplete", "failed"].includes(job.state) ? job.task : "";
  // An entry `stage:NAME` says nothing that the stage does not.
  const next = machine.tasks[done]?.startsWith("stage:") ? "" : machine.tasks[done];
  return { total, done, task: machine.complete ? "" : running || next || "" };
}

/** Return the clusters, which are profiles that name themselves in a param, with their machines and leaders. */
export function clustersOf(profiles, machines) {
  const members = new Map();
  for (const machine of machines.values()) {
    for (const name of machine.profiles) {
      if (!members.has(name)) members.set(name, []);
      members.get(name).push(machine);
    }
  }
  return [...profiles.values()]
    .filter((profile) => profile.namesItself)
    .map((profile) => ({ profile, members: members.get(profile.name) ?? [] }))
    .map((cluster) => ({ ...cluster, leaders: leadersOf(cluster) }))
    .sort((a, b) => compare(a.profile, b.profile));
}

/**
 * Return the keys of a cluster's leaders. A machine of the cluster leads if a param of the cluster names it, or a param
 * or the icon of its own says so.
 */
function leadersOf({ profile, members }) {
  const values = profile.params.filter(([name]) => isLeaderParam(name)).map(([, value]) => value);
  const named = new Set(values.flatMap(namesIn));
  return new Set(members.filter((machine) => leads(machine, named)).map(({ key }) => key));
}

function leads(machine, named) {
  const { key, name, address } = machine;
  return (
    [key, name, address].some((word) => word && named.has(word)) ||
    machine.leads.some(([, value]) => value === true || namesIn(value).includes(key)) ||
    LEADER_ICONS.has(machine.icon.toLowerCase().trim())
  );
}

/** Return the texts in a value that may name machines: the value, its elements, or their Uuid, Name or Address. */
function namesIn(value) {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  const { Uuid, Name, Address } = map(value);
  // The first of them is enough and the least ambiguous: two machines may share an address.
  return [Uuid, Name, Address].filter((name) => typeof name === "string").slice(0, 1);
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

/** Compare by name, and numbers in it as numbers: 2 before 10. */
export function compare(a, b) {
  return COLLATOR.compare(a.name, b.name);
}
