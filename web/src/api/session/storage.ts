/** What the browser keeps between visits: whether there may be a session, and the e-mail for the next login. */
import { onSessionEnd, sessionEnded } from "./end";

/** Whether this browser may have a session; avoids requests that are sure to fail with 401. No secret. */
const SESSION = "yurt-console.session";

export function mayHaveSession(): boolean {
  return localStorage.getItem(SESSION) !== null;
}

export function storeSession(exists: boolean): void {
  if (exists) localStorage.setItem(SESSION, "1");
  else localStorage.removeItem(SESSION);
}

onSessionEnd(() => storeSession(false));

// A logout in one tab ends the session in all tabs at once, not at their next request.
addEventListener("storage", ({ key, newValue }) => {
  if (key === SESSION && newValue === null) sessionEnded();
});

/** The e-mail for the next login; nothing else is stored. */
const EMAIL = "yurt-console.email";

export function storedEmail(): string {
  return localStorage.getItem(EMAIL) ?? "";
}

export function storeEmail(email: string | undefined): void {
  if (email === undefined || email === "") localStorage.removeItem(EMAIL);
  else localStorage.setItem(EMAIL, email);
}
