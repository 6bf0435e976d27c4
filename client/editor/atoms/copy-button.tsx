import { tell, tellError } from "../stores/notices.ts";
import { Button, type ButtonLook } from "./button.tsx";

/** @param what as in "Copy the key" */
export function CopyButton({
  what,
  text,
  look = "plain",
}: {
  what: string;
  text: string;
  look?: ButtonLook;
}) {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      tell(`Copied ${what}.`);
    } catch {
      // Not there but on https and loopback, and it may be refused.
      tellError(
        new Error(`The browser does not let ${what} be copied. Select the text and copy it yourself.`),
      );
    }
  };
  return (
    <Button look={look} onClick={() => void copy()}>
      Copy {what}
    </Button>
  );
}
