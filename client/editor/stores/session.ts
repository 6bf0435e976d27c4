/** Who is signed in: where tokens come from and are kept, and the client that shows them. */
import { createStore } from "zustand/vanilla";
import type { SignInWays } from "../../../src/protocol/accounts.ts";
import { SpellError, SpellrunnerClient } from "../../lib/index.ts";

/** How the present user signed in: what the next token is asked with. */
type Grant =
  | { kind: "local" }
  | { kind: "refresh"; refreshToken: string }
  /** A token or an API key that was pasted: it is all that there is. */
  | { kind: "token"; token: string };

interface SessionState {
  status: "signed-out" | "signed-in";
  client: SpellrunnerClient | null;
  userId: string;
  /** Why one is asked to sign in again. */
  notice: string | null;
}

const storageKey = "spellrunner.session";

export const session = createStore<SessionState>(() => ({
  status: "signed-out",
  client: null,
  userId: "",
  notice: null,
}));

interface Tokens {
  accessToken: string;
  refreshToken?: string;
}

async function post(path: string, body: unknown): Promise<Tokens> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch (error) {
    throw new SpellError("overloaded", "The server cannot be reached.", { cause: error, retryable: true });
  }
  const answer = (await response.json().catch(() => ({}))) as Tokens & { code?: string; detail?: string };
  if (response.ok) return answer;
  throw new SpellError(
    response.status === 401 ? "unauthorized" : response.status >= 500 ? "overloaded" : "bad_request",
    answer.detail ?? `The server answered ${response.status}.`,
    { retryable: response.status >= 500 },
  );
}

export async function signInWays(): Promise<SignInWays> {
  const response = await fetch("/auth/ways");
  if (!response.ok) throw new SpellError("overloaded", `The server answered ${response.status}.`);
  return (await response.json()) as SignInWays;
}

/** As the user of this machine: one click, where the server is on it. */
export async function signInLocally(): Promise<void> {
  const { accessToken } = await post("/auth/local", {});
  start({ kind: "local" }, accessToken);
}

/** @throws SpellError `unauthorized`, or what is wrong with the address or the password */
export async function signIn(email: string, password: string, isNew: boolean): Promise<void> {
  const { accessToken, refreshToken = "" } = await post(isNew ? "/auth/signup" : "/auth/login", {
    email,
    password,
  });
  start({ kind: "refresh", refreshToken }, accessToken);
}

/** @throws SpellError `unauthorized` where the server does not take it */
export async function signInWithToken(token: string): Promise<void> {
  const trial = new SpellrunnerClient({ url: location.origin, token });
  await trial.spells.list({ limit: 1 });
  start({ kind: "token", token }, token);
}

export async function signOut(): Promise<void> {
  const grant = readGrant();
  forget(null);
  if (grant?.kind === "refresh")
    await post("/auth/logout", { refreshToken: grant.refreshToken }).catch(() => {});
}

/** Goes on with the sign-in of another visit or tab, if there is one. */
export async function resumeSession(): Promise<void> {
  const grant = readGrant();
  if (grant === null) return;
  if (grant.kind === "token") return start(grant, grant.token);
  try {
    start(readGrant() ?? grant, await renew());
  } catch (error) {
    if (SpellError.from(error).retryable) start(grant, "");
    else forget("Your sign-in has ended. Please sign in again.");
  }
}

function start(grant: Grant, accessToken: string): void {
  writeGrant(grant);
  let first: string | null = accessToken === "" ? null : accessToken;
  const client = new SpellrunnerClient({
    url: location.origin,
    getToken: async ({ refresh }) => {
      if (first !== null && !refresh) {
        const token = first;
        first = null;
        return token;
      }
      try {
        return await renew();
      } catch (error) {
        if (!SpellError.from(error).retryable) forget("Your sign-in has ended. Please sign in again.");
        throw error;
      }
    },
  });
  session.setState({ status: "signed-in", client, userId: subjectOf(accessToken), notice: null });
}

/** The next token. One tab at a time: a refresh token is good once, and its second use ends the sign-in. */
function renew(): Promise<string> {
  return locked(async () => {
    const grant = readGrant();
    if (grant === null) throw new SpellError("unauthorized", "You are signed out.");
    if (grant.kind === "token") return grant.token;
    if (grant.kind === "local") return (await post("/auth/local", {})).accessToken;
    const { accessToken, refreshToken = "" } = await post("/auth/refresh", {
      refreshToken: grant.refreshToken,
    });
    writeGrant({ kind: "refresh", refreshToken });
    return accessToken;
  });
}

/** Web locks are there on https and loopback alone. */
const locked = <T>(task: () => Promise<T>): Promise<T> =>
  "locks" in navigator ? navigator.locks.request(storageKey, task) : task();

function forget(notice: string | null): void {
  localStorage.removeItem(storageKey);
  session.setState({ status: "signed-out", client: null, userId: "", notice });
}

function readGrant(): Grant | null {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? "null") as Grant | null;
  } catch {
    return null;
  }
}

const writeGrant = (grant: Grant): void => localStorage.setItem(storageKey, JSON.stringify(grant));

/** For the eye alone: the server goes by its own reading. An API key says nothing. */
function subjectOf(token: string): string {
  try {
    const [, payload = ""] = token.split(".");
    const text = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const { sub } = JSON.parse(text) as { sub?: unknown };
    return typeof sub === "string" ? sub : "";
  } catch {
    return "";
  }
}
