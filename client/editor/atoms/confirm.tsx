import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { useTask } from "./use-task.ts";

/** Asks before what cannot be undone. It stays open where that fails. */
export function Confirm({
  title,
  verb,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  /** On the button: "Delete". */
  verb: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}) {
  const [run, isBusy] = useTask();
  const confirm = async (): Promise<void> => {
    const isDone = await run(async () => void (await onConfirm()));
    if (isDone) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      <div className="row dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" disabled={isBusy} onClick={() => void confirm()}>
          {verb}
        </Button>
      </div>
    </Dialog>
  );
}
