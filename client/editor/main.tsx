/** The page: goes on with the sign-in that there was, and shows it. */
import "./styles/base.css";
import "./styles/shell.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { tellError } from "./stores/notices.ts";
import { resumeSession } from "./stores/session.ts";
import { startTheme } from "./stores/theme.ts";

startTheme();
await resumeSession().catch(tellError);
const root = document.getElementById("root");
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
