import { helpOpen } from "../keys";
import { connection } from "../state/hub";
import { person, signOut } from "../state/session";
import { nextTheme, theme } from "../state/theme";
import { Icon } from "./Icon";
import { Logo } from "./Logo";

const CONNECTION_WORDS = { live: "live", connecting: "connecting", lost: "not connected" };

export function Header() {
  return (
    <header class="header">
      <Logo />
      <h1 class="brand">Stroboscope</h1>
      <span class="connection" data-state={connection.value} role="status">
        {CONNECTION_WORDS[connection.value]}
      </span>
      <span class="spring" />
      <button
        class="quiet"
        title="Keyboard shortcuts (?)"
        aria-label="Keyboard shortcuts"
        onClick={() => (helpOpen.value = true)}
      >
        <Icon name="keyboard" />
      </button>
      <button
        class="quiet"
        title={`Colours: ${theme.value}. Click to change.`}
        aria-label={`Colours: ${theme.value}`}
        onClick={nextTheme}
      >
        <Icon name={theme.value} />
      </button>
      <span class="person muted" title="Signed in as">
        {person.value}
      </span>
      <button class="quiet" title="Sign out" aria-label="Sign out" onClick={() => void signOut()}>
        <Icon name="leave" />
      </button>
    </header>
  );
}
