import { connection, retryNow } from "../state/hub";

export function ConnectionBanner() {
  if (connection.value !== "lost") return null;
  return (
    <div class="banner" role="status">
      <span>
        The hub does not answer. What you see may be old; programs run on undisturbed. Trying again…
      </span>
      <button onClick={retryNow}>Try now</button>
    </div>
  );
}
