/** Who is signed in. */
import { signal } from "@preact/signals";
import { ApiFailure, endSession, onUnauthenticated, signIn, whoami } from "../api";

/** The person's name; null: not signed in; undefined: not known yet. */
export const person = signal<string | null | undefined>(undefined);

/** Why the sign-in page shows, if there is more to say than "please sign in". */
export const signInProblem = signal("");

/** Take `#token=...` out of the address bar, at once and for good, and return it. */
export function takeTokenFromAddress(): string {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const token = parameters.get("token") ?? "";
  if (token) {
    parameters.delete("token");
    const rest = parameters.toString();
    history.replaceState(null, "", location.pathname + location.search + (rest ? `#${rest}` : ""));
  }
  return token;
}

export async function startSession(token: string): Promise<void> {
  onUnauthenticated(() => {
    if (person.value) signInProblem.value = "Your session has ended. Sign in again to go on.";
    person.value = null;
  });
  if (token) await signInWith(token);
  else await findPerson();
}

/** True when the token was taken; otherwise `signInProblem` says why. */
export async function signInWith(token: string): Promise<boolean> {
  signInProblem.value = "";
  try {
    await signIn(token);
  } catch (error) {
    signInProblem.value = explainRefusal(error);
    if (person.value === undefined) await findPerson();
    return false;
  }
  await findPerson();
  return Boolean(person.value);
}

export async function signOut(): Promise<void> {
  signInProblem.value = "";
  person.value = null; // first, so that nothing reconnects with the dying session
  try {
    await endSession();
  } catch {
    // The hub cannot be reached: the page forgets, the cookie dies by itself.
  }
}

async function findPerson(): Promise<void> {
  try {
    const name = await whoami();
    signInProblem.value = "";
    person.value = name;
  } catch (error) {
    if (!signInProblem.value && !(error instanceof ApiFailure && error.status === 401)) {
      signInProblem.value = messageOf(error);
    }
    person.value = null;
  }
}

function explainRefusal(error: unknown): string {
  if (error instanceof ApiFailure && error.status === 401) {
    return "The hub does not know this token. `strobe hub` prints a valid one when it starts.";
  }
  return messageOf(error);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
