/** A field for code or JSON, on CodeMirror; loaded when the first one is shown. Esc, then Tab leaves it. */
import { javascript } from "@codemirror/lang-javascript";
import { json } from "@codemirror/lang-json";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";
import { useEffect, useRef } from "react";

export interface CodeEditorProps {
  label: string;
  language: "javascript" | "json" | "text";
  value: string;
  isReadOnly?: boolean;
  onChange: (value: string) => void;
}

const languages = { javascript: () => [javascript()], json: () => [json()], text: () => [] };

/** By the page's own colours, which are readable in both themes. */
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--t-boolean)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--t-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--t-number)" },
  { tag: [tags.comment, tags.meta], color: "var(--ink-soft)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.definition(tags.variableName)], color: "var(--t-object)" },
  { tag: [tags.propertyName, tags.typeName], color: "var(--t-any)" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

const look = EditorView.theme({
  "&": {
    border: "1px solid var(--line-strong)",
    borderRadius: "6px",
    backgroundColor: "var(--surface)",
    fontSize: "12.5px",
  },
  ".cm-content": { fontFamily: "var(--mono)", caretColor: "var(--ink)" },
  ".cm-scroller": { maxHeight: "46vh", minHeight: "90px" },
  ".cm-gutters": { backgroundColor: "var(--ground)", color: "var(--ink-soft)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--accent-soft) 50%, transparent)",
  },
  "&.cm-focused": { outline: "2px solid var(--accent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft) !important",
  },
});

export default function CodeEditor({
  label,
  language,
  value,
  isReadOnly = false,
  onChange,
}: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const change = useRef(onChange);
  change.current = onChange;
  const first = useRef(value);
  useEffect(() => {
    if (host.current === null) return undefined;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          basicSetup,
          ...languages[language](),
          syntaxHighlighting(colours),
          look,
          EditorView.lineWrapping,
          EditorState.readOnly.of(isReadOnly),
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((one) => one.isUserEvent("remote")))
              change.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      first.current = editor.state.doc.toString();
      view.current = null;
      editor.destroy();
    };
  }, [label, language, isReadOnly]);
  // What undo or another tab has made of it.
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: value },
      userEvent: "remote",
    });
  }, [value]);
  return <div ref={host} className="code-editor" onKeyDown={(event) => keepIn(event)} />;
}

/** The editor's own keys stay in it; the workspace's run key does not. */
function keepIn(event: React.KeyboardEvent): void {
  if (!((event.ctrlKey || event.metaKey) && event.key === "Enter")) event.stopPropagation();
}
