import { duration } from "../../core/format.ts";
import type { Timing } from "../../../../src/protocol/services/speech.ts";

/** The slowest first; nothing where there are none. */
export function TimingTable({ title, rows }: { title: string; rows: readonly Timing[] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <div className="table-wrap">
        <table aria-label={title}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" className="number">
                p50
              </th>
              <th scope="col" className="number">
                p95
              </th>
              <th scope="col" className="number">
                Count
              </th>
              <th scope="col" className="number">
                Failures
              </th>
            </tr>
          </thead>
          <tbody>
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
          </tbody>
        </table>
      </div>
    </>
  );
}
