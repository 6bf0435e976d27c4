/** Spells for the editor's bench: Echoes in rows, half of them reading one text, half of them a neighbour. */
export const perRow = 25;

type Parts = Record<string, unknown>;

const documentOf = (id: string, nodes: Parts, edges: Parts): Parts => ({
  format: "spellrunner@1",
  id,
  name: id,
  version: 0,
  nodes,
  edges,
});

/**
 * @param rows `joined`: one chain, so that a run comes to all nodes; `apart`: each row has a trigger of its own (`row 1`, …),
 * so that a run comes to 25 of them and tells of about 54 events.
 */
export function grid(id: string, count: number, rows: "joined" | "apart"): Parts {
  const nodes: Parts = {
    text: { component: "Universal Input", position: [-300, -190], data: { name: "text", text: "word" } },
  };
  const edges: Parts = {};
  const wire = (from: [string, string], to: [string, string]): void =>
    void (edges[`e${Object.keys(edges).length}`] = { from, to });
  for (let i = 1; i <= count; i += 1) {
    const [column, row] = [(i - 1) % perRow, Math.floor((i - 1) / perRow)];
    nodes[`n${i}`] = { component: "Echo", position: [column * 260, row * 190], data: {} };
    const isStart = column === 0 && (row === 0 || rows === "apart");
    if (isStart) {
      const name = `row ${row + 1}`;
      nodes[`start${row}`] = { component: "Trigger In", position: [-300, row * 190], data: { name } };
    }
    wire([isStart ? `start${row}` : `n${i - 1}`, "trigger"], [`n${i}`, "trigger"]);
    // In a run of one row nothing of another row is read: it would be run as well.
    const before = rows === "joined" ? i - perRow : isStart ? 0 : i - 1;
    wire(i % 2 === 0 && before > 0 ? [`n${before}`, "output"] : ["text", "output"], [`n${i}`, "source"]);
  }
  return documentOf(id, nodes, edges);
}
