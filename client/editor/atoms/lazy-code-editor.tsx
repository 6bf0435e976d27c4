/** The code editor, fetched when the page has time, or when the first one is shown; a plain field where it cannot be had. */
import { lazy, Suspense } from "react";
import type { CodeEditorProps } from "./code-editor.tsx";

const fetchEditor = () => import("./code-editor.tsx");

/** A page that loses its line later has it. */
export const prefetchCodeEditor = (): void => void fetchEditor().catch(() => {});

const CodeEditor = lazy(() => fetchEditor().catch(() => ({ default: PlainEditor })));

export function LazyCodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<PlainEditor {...props} />}>
      <CodeEditor {...props} />
    </Suspense>
  );
}

function PlainEditor({ label, value, isReadOnly = false, onChange }: CodeEditorProps) {
  return (
    <textarea
      className="mono"
      aria-label={label}
      rows={8}
      readOnly={isReadOnly}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
