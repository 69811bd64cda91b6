// Who watches: credentials go to the endpoint once, what stays is its token, in this tab only and until it is closed.

const PLACE = "drp-session";
const API = new URL("api/v3/", document.baseURI);

/** The endpoint does not take the token any more: nothing can be shown without a new log-in. */
export class Ended extends Error {}

/** The endpoint answered, but not with what was asked for. */
export class Unanswered extends Error {}

export class Session {
  constructor(user, token) {
    this.user = user;
    this.token = token;
  }

  /** The one this tab has, if any. */
  static kept() {
    try {
      const { user, token } = JSON.parse(sessionStorage.getItem(PLACE) ?? "null") ?? {};
      return typeof user === "string" && typeof token === "string" ? new Session(user, token) : null;
    } catch {
      return null;
    }
  }

  /** Trade user and password for a token; null when the endpoint does not take them. */
  static async opened(user, password) {
    const bytes = new TextEncoder().encode(`${user}:${password}`);
    const basic = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    const session = new Session(user, "");
    const response = await session.#ask(session.#tokenPath, `Basic ${basic}`);
    if ([401, 403, 404].includes(response.status)) return null;
    session.#keep(await answer(response));
    return session;
  }

  /** A document of the API. Throws Ended, Unanswered, or TypeError when nobody answers. */
  async get(path) {
    const response = await this.#ask(path, `Bearer ${this.token}`);
    if (response.status === 401 || response.status === 403) throw new Ended();
    return answer(response);
  }

  /** Take a new token while the old one still counts, so that a screen on a wall stays on. */
  async renew() {
    const document = await this.get(this.#tokenPath);
    // Whoever logs out meanwhile stays logged out.
    if (this.token) this.#keep(document);
  }

  /** Where events come from. A browser cannot send a header with a websocket, so the token stands in the address. */
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
