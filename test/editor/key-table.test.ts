import { describe, expect, it } from "vitest";
import { keyName, type KeyPress, keyTable, rowOf } from "../../client/editor/core/key-table.ts";

/** As a browser tells of it: with Shift, a letter comes as a capital. */
function pressOf(keys: string, mod: "ctrlKey" | "metaKey" = "ctrlKey"): KeyPress {
  const parts = keys.split("+");
  const name = parts.pop() ?? "";
  const shiftKey = parts.includes("Shift");
  const press = {
    key: name.length === 1 && !shiftKey ? name.toLowerCase() : name,
    ctrlKey: false,
    metaKey: false,
    shiftKey,
    altKey: parts.includes("Alt"),
  };
  return parts.includes("Mod") ? { ...press, [mod]: true } : press;
}
const all = keyTable.flatMap((row) => row.keys.map((keys) => ({ row, keys })));

describe("the table of keys", () => {
  it("has no combination twice", () => {
    expect(new Set(all.map(({ keys }) => keys)).size).toBe(all.length);
    expect(new Set(keyTable.map(({ command }) => command)).size).toBe(keyTable.length);
  });

  it.each(all)("$keys is told from its press, by Ctrl and ⌘", ({ row, keys }) => {
    const expected = row.byBrowser === true ? undefined : row;
    expect(rowOf(pressOf(keys), false)).toBe(expected);
    expect(rowOf(pressOf(keys, "metaKey"), false)).toBe(expected);
  });

  it.each(all)(
    "$keys is left to the field that one writes in, unless it is for there, too",
    ({ row, keys }) => {
      expect(rowOf(pressOf(keys), true)).toBe(row.inFields === true ? row : undefined);
    },
  );

  it("knows signs that are shifted on the keyboard", () => {
    expect(rowOf({ ...pressOf("?"), shiftKey: true }, false)?.command).toBe("help");
    expect(rowOf({ ...pressOf("/"), shiftKey: true }, false)?.command).toBe("palette");
  });

  it("leaves what is not in it alone", () => {
    for (const keys of ["A", "Mod+F", "Alt+Enter", "Mod+Shift+S", "Shift+F", "Mod+Alt+Z"])
      expect(rowOf(pressOf(keys), false)).toBeUndefined();
  });

  it("is printed as the keys are", () => {
    expect(keyName("Mod+Shift+L", false)).toBe("Ctrl+Shift+L");
    expect(keyName("Mod+Shift+L", true)).toBe("⌘⇧L");
    expect(keyName("Alt+ArrowRight", false)).toBe("Alt+Right");
    expect(keyName("Alt+ArrowRight", true)).toBe("⌥Right");
  });
});
