import { useState } from "react";
import { isValueRef, type Json } from "../../lib/index.ts";
import { amount } from "../core/format.ts";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";

const maxShown = 4000;

/** A value as what it is: text, picture, sound, or JSON. Long ones are cut until they are asked for. */
export function ValueView({ value }: { value: Json | undefined }) {
  const [isWhole, setWhole] = useState(false);
  if (value === undefined) return <span className="soft">nothing</span>;
  if (isValueRef(value))
    return (
      <span className="soft">
        A value of {amount(value.$value.bytes)}: {value.$value.preview.slice(0, 200)}
      </span>
    );
  const media = mediaOf(value);
  if (media?.kind === "image") return <img className="value-media" src={media.url} alt="Output" />;
  if (media?.kind === "audio")
    return <audio className="value-media" controls src={media.url} aria-label="Output" />;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const isCut = text.length > maxShown && !isWhole;
  return (
    <div className="value">
      <pre tabIndex={text.length > 400 ? 0 : undefined}>{isCut ? text.slice(0, maxShown) : text}</pre>
      <div className="row">
        {isCut && (
          <Button look="quiet" onClick={() => setWhole(true)}>
            All {text.length} characters
          </Button>
        )}
        <CopyButton look="quiet" what="the value" text={text} />
      </div>
    </div>
  );
}

/** `data:` addresses, and what the speech and picture services give. Others' addresses are not fetched. */
function mediaOf(value: Json): { kind: "image" | "audio"; url: string } | null {
  if (typeof value === "string") {
    const [, kind] = /^data:(image|audio)\/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=]+$/.exec(value) ?? [];
    return kind === undefined ? null : { kind: kind as "image" | "audio", url: value };
  }
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) return value.length === 1 && value[0] !== undefined ? mediaOf(value[0]) : null;
  if (typeof value.url === "string") return mediaOf(value.url);
  if (typeof value.audio === "string" && typeof value.mimeType === "string")
    return mediaOf(`data:${value.mimeType};base64,${value.audio}`);
  return null;
}
