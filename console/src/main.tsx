import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";
import { tabStorage } from "./app/browser-storage";
import { applyColorMode } from "./app/color-mode";
import { ConfigFault } from "./app/config-fault";
import { loadConfig } from "./config";
import { holdsSignIn, lateManager } from "./sign-in/late-manager";
import { createSession } from "./sign-in/session";

import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/fraunces/wght.css";
import "../.generated/theme.css";
import "./theme/base.css";
import "./theme/shell.css";

async function start(): Promise<void> {
  const place = document.getElementById("root");
  if (place === null) throw new Error("The page has no element with the id root.");
  applyColorMode();
  const root = createRoot(place);
  try {
    const config = await loadConfig();
    const session = createSession({
      manager: lateManager({
        load: async () => (await import("./sign-in/user-manager")).createUserManager(config, location.origin),
        hasLeft: () => tabStorage !== undefined && holdsSignIn(tabStorage),
      }),
      logoutUrl: config.auth.logoutUrl,
      clientId: config.auth.clientId,
      origin: location.origin,
      leave: (url) => {
        location.assign(url);
      },
    });
    await session.restore();
    root.render(
      <StrictMode>
        <App config={config} session={session} />
      </StrictMode>,
    );
  } catch (error) {
    root.render(<ConfigFault error={error} />);
  }
}

void start();
