import { Table } from "../../atoms/table.tsx";
import { duration } from "../../core/format.ts";
import type { Timing } from "../../../../src/protocol/services/speech.ts";

const columns = ["Name", ...["p50", "p95", "Count", "Failures"].map((title) => ({ title, isNumber: true }))];

/** The slowest first; nothing where there are none. */
export function TimingTable({ title, rows }: { title: string; rows: readonly Timing[] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <div className="table-wrap">
        <Table label={title} columns={columns}>
          {rows
            .toSorted((a, b) => b.p95 - a.p95)
            .map(({ name, p50, p95, count, failures }) => (
              <tr key={name}>
                <th scope="row" className="mono clip">
                  {name}
                </th>
                <td className="number">{duration(p50)}</td>
                <td className="number">{duration(p95)}</td>
                <td className="number">{count}</td>
                <td className="number">{failures > 0 ? <span className="fault">{failures}</span> : 0}</td>
              </tr>
            ))}
        </Table>
      </div>
    </>
  );
}
