import { useStore } from "zustand";
import { Button } from "../../atoms/button.tsx";
import { brief } from "../../core/format.ts";
import { useOpenSpell } from "../workspace/context.ts";

/** What this tab and another have changed at the same time: both values, and a choice. */
export function Conflicts() {
  const { spell } = useOpenSpell();
  const conflicts = useStore(spell.state, (state) => state.conflicts);
  if (conflicts.length === 0) return null;
  return (
    <section className="panel-part conflicts" aria-label="Changed in two places">
      <h2>Changed in two places</h2>
      <ul>
        {conflicts.map((conflict) => (
          <li key={conflict.path.join("/")}>
            <p className="mono">{conflict.path.join(" / ")}</p>
            <p>
              yours: <code>{conflict.after === undefined ? "removed" : brief(conflict.after)}</code>
            </p>
            <p>
              theirs: <code>{conflict.before === undefined ? "removed" : brief(conflict.before)}</code>
            </p>
            <div className="row">
              <Button onClick={() => spell.resolve(conflict, "mine")}>
                {conflict.kept === "mine" ? "Keep yours" : "Take yours"}
              </Button>
              <Button onClick={() => spell.resolve(conflict, "theirs")}>
                {conflict.kept === "theirs" ? "Keep theirs" : "Take theirs"}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
