import type { ReactNode } from "react";

export interface Column {
  title: string;
  isNumber?: boolean;
}

/** Columns by their titles; `hasActions` for a last one of buttons, whose title is for screen readers alone. */
export function Table({
  label,
  columns,
  hasActions = false,
  children,
}: {
  label?: string;
  columns: readonly (string | Column)[];
  hasActions?: boolean;
  /** The rows. */
  children: ReactNode;
}) {
  return (
    <table aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => {
            const { title, isNumber = false } = typeof column === "string" ? { title: column } : column;
            return (
              <th key={title} scope="col" className={isNumber ? "number" : undefined}>
                {title}
              </th>
            );
          })}
          {hasActions && (
            <th scope="col">
              <span className="hidden-text">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
