/** Adds a node: typed for, or found by the type of the wire that was dragged into the open. */
import "./palette.css";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { Dialog } from "../../atoms/dialog.tsx";
import { addNode, connect, freeId, freePlace } from "../../core/document.ts";
import { type Found, searchComponents } from "../../core/search.ts";
import { catalogue } from "../../stores/catalogue.ts";
import { type Palette as PaletteState, selectNodes } from "../../stores/workspace-ui.ts";
import { useOpenSpell } from "../workspace/context.ts";

export function Palette({ palette }: { palette: PaletteState }) {
  const { spell, ui } = useOpenSpell();
  const { components, error } = useStore(catalogue);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const list = useRef<HTMLUListElement>(null);
  const { end } = palette;
  const found = useMemo(() => searchComponents(components, query, end), [components, query, end]);
  const chosen = found[Math.min(at, found.length - 1)];
  const close = (): void => ui.setState({ palette: null });
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [at, found]);

  const add = ({ component, socket }: Found): void => {
    const document = spell.state.getState().document;
    if (document === null) return;
    const id = freeId(document.nodes, component.name);
    spell.edit((present) => {
      const node = { component: component.name, position: freePlace(present, palette.position), data: {} };
      const next = addNode(present, id, node);
      if (end === undefined || socket === undefined) return next;
      const [there, here] = [[end.node, end.socket] as [string, string], [id, socket] as [string, string]];
      return connect(next, end.side === "outputs" ? { from: there, to: here } : { from: here, to: there });
    });
    close();
    selectNodes(ui, [id]);
  };

  return (
    <Dialog
      title={end === undefined ? "Add a node" : `Add a node for “${end.socket}” (${end.type})`}
      onClose={close}
    >
      <input
        role="combobox"
        aria-label="Search components"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={chosen === undefined ? undefined : `${listId}-${chosen.component.name}`}
        autoComplete="off"
        autoFocus
        placeholder="Generator, switch, loop over a list …"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step !== undefined) {
            event.preventDefault();
            setAt((before) => Math.max(0, Math.min(found.length - 1, before + step)));
          }
          if (event.key === "Enter" && chosen !== undefined) {
            event.preventDefault();
            add(chosen);
          }
        }}
      />
      <ul
        id={listId}
        role="listbox"
        aria-label="Components"
        className="palette-list"
        ref={list}
        tabIndex={-1}
      >
        {found.map((entry, i) => (
          <li
            key={entry.component.name}
            id={`${listId}-${entry.component.name}`}
            role="option"
            aria-selected={entry === chosen}
            onMouseMove={() => setAt(i)}
            onClick={() => add(entry)}
          >
            <span className="palette-name">{entry.component.name}</span>
            <span className="palette-category">{entry.component.category}</span>
            <span className="palette-help">{entry.component.help}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p className="soft" role="status">
          {error ?? (components.length === 0 ? "Loading the components…" : "Nothing of that kind fits here.")}
        </p>
      )}
    </Dialog>
  );
}
