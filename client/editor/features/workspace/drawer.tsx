import type { SpellrunnerClient } from "../../../lib/index.ts";
import { Button } from "../../atoms/button.tsx";
import type { UiState } from "../../stores/workspace-ui.ts";
import { Console } from "../logs/console.tsx";
import { RunsList } from "../runs/runs-list.tsx";
import { useOpenSpell } from "./context.ts";

const tabs = ["console", "runs"] as const;
const titles = { console: "Console", runs: "Past runs" };

/** Below the canvas. */
export function Drawer({
  shown,
  client,
}: {
  shown: NonNullable<UiState["drawer"]>;
  client: SpellrunnerClient;
}) {
  const { ui } = useOpenSpell();
  return (
    <section className="drawer" aria-label={titles[shown]}>
      <div className="drawer-head" role="group" aria-label="Drawer">
        {tabs.map((tab) => (
          <Button
            key={tab}
            look="quiet"
            aria-pressed={tab === shown}
            onClick={() => ui.setState({ drawer: tab })}
          >
            {titles[tab]}
          </Button>
        ))}
        <Button
          look="quiet"
          className="row-end"
          aria-label="Close the drawer"
          onClick={() => ui.setState({ drawer: null })}
        >
          ✕
        </Button>
      </div>
      <div className="drawer-body" tabIndex={0} role="region" aria-label={`${titles[shown]}, content`}>
        {shown === "console" ? <Console /> : <RunsList client={client} />}
      </div>
    </section>
  );
}
