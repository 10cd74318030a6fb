import { useEffect } from "preact/hooks";
import { handleKey } from "../keys";
import { services } from "../state/hub";
import { person } from "../state/session";
import { chooseService, service } from "../state/view";
import { Console } from "./Console";
import { Login } from "./Login";

export function App() {
  useEffect(() => {
    document.addEventListener("keydown", handleKey);
    return () => document.removeEventListener("keydown", handleKey);
  }, []);

  if (person.value === undefined) return <div class="starting" role="status" aria-label="Loading" />;
  if (person.value === null) return <Login />;
  return <ChosenService />;
}

/** With one service there is nothing to choose. */
function ChosenService() {
  const only = services.value.length === 1 ? services.value[0]?.name : undefined;
  useEffect(() => {
    if (only && !service.peek()) chooseService(only);
  }, [only]);
  return <Console />;
}
