import { useStore } from "zustand";
import { hashOf } from "../../core/route.ts";
import { isEnded } from "../../../lib/run-model.ts";
import type { OpenSpell } from "../../stores/open-spells.ts";

export function SpellTab({
  open,
  isShown,
  onClose,
}: {
  open: OpenSpell;
  isShown: boolean;
  onClose: () => void;
}) {
  const name = useStore(open.spell.state, ({ document }) => document?.name || open.id);
  const isRunning = useStore(open.runs.state, ({ live }) => live.some(({ status }) => !isEnded(status)));
  return (
    <span className="tab" data-shown={isShown}>
      <a
        href={hashOf({ page: "spell", spellId: open.id })}
        aria-current={isShown ? "page" : undefined}
        onAuxClick={(event) => {
          if (event.button !== 1) return;
          event.preventDefault();
          onClose();
        }}
      >
        {isRunning && <span className="tab-running" role="img" aria-label="running" />}
        {name}
      </a>
      <button type="button" className="tab-close" aria-label={`Close ${name}`} onClick={onClose}>
        ✕
      </button>
    </span>
  );
}
