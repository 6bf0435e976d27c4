/** Server-sent events as providers use them: each event's data is one JSON text, the last one `[DONE]`. */

/** The data of each event, without `[DONE]`; comments, ids and event names mean nothing here. */
export async function* eventData(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let data: string[] = [];
  for await (const line of lines(body)) {
    if (line === "") {
      if (data.length > 0) yield data.join("\n");
      data = [];
    } else if (line.startsWith("data:")) {
      const text = line.slice(line.startsWith("data: ") ? 6 : 5);
      if (text.trim() === "[DONE]") return;
      data.push(text);
    }
  }
  // Some servers leave out the blank line after their last event.
  if (data.length > 0) yield data.join("\n");
}

/** Lines ended by LF, CRLF or CR, as the format allows. Leaving the loop early cancels the body. */
async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  // The pieces of a line that has not ended: joined once, however many chunks it comes in.
  let pieces: string[] = [];
  let carry = "";
  for await (const bytes of body) {
    let text = carry + decoder.decode(bytes, { stream: true });
    // A CR at the very end may be half of a CRLF: it waits for the next bytes.
    carry = text.endsWith("\r") ? "\r" : "";
    if (carry !== "") text = text.slice(0, -1);
    const parts = text.split(/\r\n|\n|\r/);
    const rest = parts.pop() ?? "";
    const [first] = parts;
    if (first !== undefined) {
      parts[0] = pieces.join("") + first;
      pieces = [];
    }
    pieces.push(rest);
    yield* parts;
  }
  const last = pieces.join("") + decoder.decode();
  if (last !== "") yield last;
}

/** A whole answer of a provider that ignored `stream: true`, as the event stream it should have sent. */
export function jsonAsEvents(answer: unknown): string {
  return `data: ${JSON.stringify(asChunk(answer))}\n\ndata: [DONE]\n\n`;
}

/** Chats say `message` in a whole answer and `delta` in a stream; completions say `text` in both. */
function asChunk(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || !("choices" in answer)) return answer;
  if (!Array.isArray(answer.choices)) return answer;
  const choices = answer.choices.map((choice: unknown) =>
    typeof choice === "object" && choice !== null && "message" in choice
      ? { ...choice, delta: choice.message }
      : choice,
  );
  return { ...answer, choices };
}
