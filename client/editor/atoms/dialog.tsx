import { type ReactNode, useEffect, useId, useRef } from "react";
import { Button } from "./button.tsx";

/** A modal one: the platform's own, which keeps the focus within and closes with Escape. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    if (dialog !== null && !dialog.open) dialog.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      // Of this one: the closing of a dialog within it comes by here as well.
      onClose={(event) => event.target === event.currentTarget && onClose()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <header className="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <Button look="quiet" aria-label="Close" onClick={() => ref.current?.close()}>
          ✕
        </Button>
      </header>
      {children}
    </dialog>
  );
}
