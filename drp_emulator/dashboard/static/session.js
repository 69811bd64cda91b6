// The log-in: the password is sent once; its token is kept in this tab until the tab is closed.

const PLACE = "drp-session";
const API = new URL("api/v3/", document.baseURI);

/** The token is no longer valid: a new log-in is needed. */
export class Ended extends Error {}

/** The endpoint gave no usable answer. */
export class Unanswered extends Error {}

export class Session {
  constructor(user, token) {
    this.user = user;
    this.token = token;
  }

  /** Return the session of this tab, or null. */
  static kept() {
    try {
      const { user, token } = JSON.parse(sessionStorage.getItem(PLACE) ?? "null") ?? {};
      return typeof user === "string" && typeof token === "string" ? new Session(user, token) : null;
    } catch {
      return null;
    }
  }

  /** Return a session for a user and password; null if the endpoint refuses them. */
  static async opened(user, password) {
    const bytes = new TextEncoder().encode(`${user}:${password}`);
    const basic = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    const session = new Session(user, "");
    const response = await session.#ask(session.#tokenPath, `Basic ${basic}`);
    if ([401, 403, 404].includes(response.status)) return null;
    session.#keep(await answer(response));
    return session;
  }

  /** Return a document of the API. Throws Ended, Unanswered, or TypeError without an answer. */
  async get(path) {
    const response = await this.#ask(path, `Bearer ${this.token}`);
    if (response.status === 401 || response.status === 403) throw new Ended();
    return answer(response);
  }

  /** Replace the token before it expires, so that a dashboard can stay open. */
  async renew() {
    const document = await this.get(this.#tokenPath);
    // A log-out meanwhile stays valid.
    if (this.token) this.#keep(document);
  }

  /** Return the address of events. A browser sends no header with a websocket, so the address holds the token. */
  get eventsAddress() {
    const address = new URL("ws", API);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("token", this.token);
    return address;
  }

  /** Forget the token. */
  close() {
    this.token = "";
    sessionStorage.removeItem(PLACE);
  }

  get #tokenPath() {
    return `users/${encodeURIComponent(this.user)}/token`;
  }

  #ask(path, authorization) {
    const headers = { Authorization: authorization, Accept: "application/json" };
    return fetch(new URL(path, API), { headers, cache: "no-store", credentials: "omit", redirect: "error" });
  }

  #keep(document) {
    if (typeof document?.Token !== "string") throw new Unanswered();
    this.token = document.Token;
    sessionStorage.setItem(PLACE, JSON.stringify({ user: this.user, token: this.token }));
  }
}

async function answer(response) {
  if (!response.ok) throw new Unanswered(`${response.status}`);
  try {
    return await response.json();
  } catch {
    throw new Unanswered("no JSON");
  }
}
