import { useSignal } from "@preact/signals";
import { signInProblem, signInWith } from "../state/session";
import { Logo } from "./Logo";

export function Login() {
  const token = useSignal("");
  const busy = useSignal(false);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!token.value.trim()) return;
    busy.value = true;
    await signInWith(token.value.trim());
    busy.value = false;
  };

  return (
    <main class="login">
      <form class="login-card" onSubmit={(event) => void submit(event)}>
        <div class="login-brand">
          <Logo size={36} />
          <h1>Stroboscope</h1>
        </div>
        <p class="muted">Breakpoints for running Python that never stop the program.</p>
        <input name="username" autocomplete="username" value="token" hidden readonly />
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          class="mono"
          type="password"
          autocomplete="current-password"
          autofocus
          spellcheck={false}
          value={token.value}
          onInput={(event) => (token.value = event.currentTarget.value)}
          aria-describedby="token-help"
          aria-invalid={signInProblem.value !== ""}
        />
        {signInProblem.value && (
          <p class="problem" role="alert">
            {signInProblem.value}
          </p>
        )}
        <button class="primary" type="submit" disabled={busy.value || !token.value.trim()}>
          {busy.value ? "Signing in…" : "Sign in"}
        </button>
        <p id="token-help" class="hint">
          <code>strobe hub</code> prints it, with a link that signs you in by itself.
        </p>
      </form>
    </main>
  );
}
