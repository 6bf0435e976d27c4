/** Every key of the workspace, once: for the handler and for the page of help. */
export type Command =
  | "run"
  | "stop"
  | "play"
  | "save"
  | "undo"
  | "redo"
  | "palette"
  | "selectAll"
  | "duplicate"
  | "remove"
  | "copy"
  | "cut"
  | "paste"
  | "tidy"
  | "fit"
  | "frame"
  | "walkRight"
  | "walkLeft"
  | "walkDown"
  | "walkUp"
  | "inspect"
  | "drawer"
  | "stepBack"
  | "stepForward"
  | "help"
  | "escape";

export interface KeyRow {
  readonly command: Command;
  /** `Mod` is Ctrl, and ⌘ on a Mac. */
  readonly keys: readonly string[];
  readonly label: string;
  readonly group: "Run" | "Edit" | "Canvas";
  /** The browser brings it as an event of its own: named here for the help alone. */
  readonly byBrowser?: true;
  /** Also while one writes in a field. */
  readonly inFields?: true;
}

export const keyTable: readonly KeyRow[] = [
  { command: "run", keys: ["Mod+Enter"], label: "Run", group: "Run", inFields: true },
  { command: "stop", keys: ["Mod+."], label: "Stop what runs", group: "Run", inFields: true },
  {
    command: "play",
    keys: ["Mod+Shift+P"],
    label: "Play or pause the sources",
    group: "Run",
    inFields: true,
  },
  { command: "stepBack", keys: ["["], label: "One step back in a past run", group: "Run" },
  { command: "stepForward", keys: ["]"], label: "One step forward in a past run", group: "Run" },
  { command: "drawer", keys: ["Mod+J"], label: "Console and runs", group: "Run", inFields: true },
  { command: "save", keys: ["Mod+S"], label: "Save now", group: "Edit", inFields: true },
  { command: "undo", keys: ["Mod+Z"], label: "Undo", group: "Edit" },
  { command: "redo", keys: ["Mod+Shift+Z", "Mod+Y"], label: "Redo", group: "Edit" },
  { command: "copy", keys: ["Mod+C"], label: "Copy", group: "Edit", byBrowser: true },
  { command: "cut", keys: ["Mod+X"], label: "Cut", group: "Edit", byBrowser: true },
  { command: "paste", keys: ["Mod+V"], label: "Paste", group: "Edit", byBrowser: true },
  { command: "duplicate", keys: ["Mod+D"], label: "Duplicate", group: "Edit" },
  { command: "remove", keys: ["Delete", "Backspace"], label: "Delete", group: "Edit" },
  { command: "selectAll", keys: ["Mod+A"], label: "Select all", group: "Edit" },
  {
    command: "palette",
    keys: ["Tab", "/"],
    label: "Add a node (Tab on the empty canvas, / anywhere)",
    group: "Canvas",
  },
  { command: "frame", keys: ["Mod+G"], label: "Frame the selection, or write a comment", group: "Canvas" },
  { command: "tidy", keys: ["Mod+Shift+L"], label: "Tidy up", group: "Canvas" },
  { command: "fit", keys: ["F"], label: "Fit the view", group: "Canvas" },
  { command: "walkRight", keys: ["Alt+ArrowRight"], label: "To the next node along a wire", group: "Canvas" },
  { command: "walkLeft", keys: ["Alt+ArrowLeft"], label: "Back along a wire", group: "Canvas" },
  { command: "walkDown", keys: ["Alt+ArrowDown"], label: "To the node below", group: "Canvas" },
  { command: "walkUp", keys: ["Alt+ArrowUp"], label: "To the node above", group: "Canvas" },
  { command: "inspect", keys: ["Enter"], label: "To the selected node's fields", group: "Canvas" },
  {
    command: "escape",
    keys: ["Escape"],
    label: "Leave a field, select nothing, leave a past run",
    group: "Canvas",
  },
  { command: "help", keys: ["?"], label: "These keys", group: "Canvas" },
];

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** The row that a key press means, if any. @param isInField whoever presses it is writing */
export function rowOf(press: KeyPress, isInField: boolean): KeyRow | undefined {
  const key = press.key.length === 1 ? press.key.toUpperCase() : press.key;
  // On many keyboards ? and / are shifted.
  const shift = press.shiftKey && (press.key.length > 1 || /[a-z]/i.test(press.key)) ? "Shift+" : "";
  const mod = press.ctrlKey || press.metaKey ? "Mod+" : "";
  const combination = `${mod}${press.altKey ? "Alt+" : ""}${shift}${key}`;
  return keyTable.find(
    (row) =>
      row.byBrowser !== true && row.keys.includes(combination) && (!isInField || row.inFields === true),
  );
}

/** As it is printed on the keys. */
export const keyName = (keys: string, isMac: boolean): string =>
  keys
    .replace("Mod", isMac ? "⌘" : "Ctrl")
    .replace("Shift", isMac ? "⇧" : "Shift")
    .replace("Alt", isMac ? "⌥" : "Alt")
    .replace("Arrow", "")
    .replaceAll("+", isMac ? "" : "+");
