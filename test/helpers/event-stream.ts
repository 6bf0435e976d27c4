/** Reading server-sent events to their end. */
export interface SentEvent {
  event: string;
  id: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look at parts of it
  data: any;
}

/** The events of a finished stream; a comment or a `retry` line is no event. */
export async function eventsOf(response: Response): Promise<SentEvent[]> {
  const blocks = (await response.text()).split("\n\n");
  return blocks.flatMap((block) => {
    const fields = new Map(
      block.split("\n").map((line) => [line.split(":", 1)[0], line.slice(line.indexOf(":") + 1).trim()]),
    );
    const data = fields.get("data");
    if (data === undefined) return [];
    return [
      {
        event: fields.get("event") ?? "message",
        id: Number(fields.get("id")),
        data: JSON.parse(data) as unknown,
      },
    ];
  });
}
