import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { texts } from "./texts/en";

import "../.generated/theme.css";

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no element with the id root.");
createRoot(root).render(
  <StrictMode>
    <h1>{texts.product}</h1>
  </StrictMode>,
);
