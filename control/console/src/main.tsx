import { render } from "preact";
import { App } from "./components/App";
import { followFiles } from "./state/files";
import { followHub } from "./state/hub";
import { startSession, takeTokenFromAddress } from "./state/session";
import { followSnapshot } from "./state/snapshots";
import { followSource } from "./state/source";
import { followTheme } from "./state/theme";
import { followAddress } from "./state/view";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/services.css";
import "./styles/source.css";
import "./styles/probe.css";
import "./styles/snapshot.css";
import "./styles/middle.css";
import "./styles/diff.css";
import "./styles/memory.css";
import "./styles/threads.css";

const token = takeTokenFromAddress(); // before anything else can read or copy the address
followTheme();
followAddress();
followHub();
followFiles();
followSource();
followSnapshot();
void startSession(token);

const root = document.getElementById("app");
if (root) render(<App />, root);
