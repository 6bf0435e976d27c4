import { useReactFlow } from "@xyflow/react";
import { useEffect } from "react";
import { rowOf } from "../../core/key-table.ts";
import { tell } from "../../stores/notices.ts";
import type { OpenSpell } from "../../stores/open-spells.ts";
import { commandsOf, copySelected, pasteText, removeSelected } from "./commands.ts";

/** The keys of the table, and the browser's own copy, cut and paste. */
export function useKeys(open: OpenSpell): void {
  const flow = useReactFlow();
  useEffect(() => {
    const commands = commandsOf(open, flow);
    const onKey = (event: KeyboardEvent): void => {
      if (document.querySelector("dialog[open]") !== null) return;
      // Out of the field first: what is selected stays.
      if (event.key === "Escape" && event.target instanceof HTMLElement && isWriting(event.target)) {
        event.target.blur();
        return;
      }
      const row = rowOf(event, isWriting(event.target));
      const action = row === undefined ? undefined : commands[row.command];
      if (row === undefined || action === undefined) return;
      const isControl =
        event.target instanceof Element && event.target.closest("button, a, summary") !== null;
      // Tab moves the focus everywhere but on the canvas itself; Enter presses what it is on.
      if (event.key === "Tab" && !isCanvas(event.target)) return;
      if (row.command === "inspect" && isControl) return;
      event.preventDefault();
      action();
    };
    const onCopy = (event: ClipboardEvent): void => {
      const text = isWriting(event.target) || hasSelection() ? null : copySelected(open);
      if (text === null) return;
      event.preventDefault();
      event.clipboardData?.setData("text/plain", text);
      if (event.type === "cut" && open.runs.state.getState().past === null) removeSelected(open);
    };
    const onPaste = (event: ClipboardEvent): void => {
      if (isWriting(event.target) || open.runs.state.getState().past !== null) return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (text !== "" && !pasteText(open, text)) tell("What is on the clipboard are no nodes of a spell.");
    };
    document.addEventListener("keydown", onKey);
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, [open, flow]);
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=checkbox], [type=range]), textarea, select"))
  );
}

const hasSelection = (): boolean => (getSelection()?.toString() ?? "") !== "";

const isCanvas = (target: EventTarget | null): boolean =>
  target === document.body ||
  (target instanceof Element && target.matches(".react-flow, .react-flow__pane, #main"));
