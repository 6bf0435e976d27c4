/** All wires from afar: a line for some tens of them, where near each is an element of its own. */
import { ViewportPortal } from "@xyflow/react";
import { memo } from "react";
import { useStore } from "zustand";
import { useOpenSpell } from "../workspace/context.ts";
import { passedOf } from "./passed.ts";
import type { WireBundle } from "./wire-paths.ts";

export function FarWires({ bundles }: { bundles: readonly WireBundle[] }) {
  return (
    <ViewportPortal>
      <svg className="far-wires" width="1" height="1" aria-hidden="true">
        {bundles.map((bundle) => (
          <Bundle key={bundle.key} bundle={bundle} />
        ))}
      </svg>
    </ViewportPortal>
  );
}

const Bundle = memo(
  function Bundle({ bundle: { type, wires } }: { bundle: WireBundle }) {
    const { runs } = useOpenSpell();
    // A letter a wire: drawn again where one of them changes.
    const passed = useStore(runs.state, ({ shown }) =>
      wires.map(({ edge }) => (passedOf(shown?.run, edge) === "no" ? "0" : "1")).join(""),
    );
    const pathOf = (isChosen: (i: number) => boolean): string =>
      wires
        .filter((_, i) => isChosen(i))
        .map(({ path }) => path)
        .join("");
    const lines = {
      no: pathOf((i) => passed[i] === "0"),
      yes: pathOf((i) => passed[i] === "1"),
      selected: pathOf((i) => wires[i]?.edge.selected === true),
    };
    return (
      <g data-type={type}>
        {Object.entries(lines).map(
          ([look, path]) =>
            path !== "" && <path key={look} className={`far-wire far-wire-${look}`} d={path} />,
        )}
      </g>
    );
  },
  ({ bundle: a }, { bundle: b }) =>
    a.type === b.type && a.wires.length === b.wires.length && a.wires.every((wire, i) => wire === b.wires[i]),
);
