/** What an answer tells of a spell's faults: no one reads thousands, and each is longer than what it is about. */
import type { SpellIssue } from "../protocol/spell.ts";

export const maxToldIssues = 200;

/** The first of them, errors before warnings where not all are told, and one that says how many more there are. */
export function toldIssues(issues: readonly SpellIssue[]): SpellIssue[] {
  if (issues.length <= maxToldIssues) return [...issues];
  const sorted = [
    ...issues.filter(({ severity }) => severity === "error"),
    ...issues.filter(({ severity }) => severity !== "error"),
  ];
  const told = sorted.slice(0, maxToldIssues);
  const left = issues.length - maxToldIssues;
  const message = `${left} more ${left === 1 ? "fault is" : "faults are"} not told here: mend these first, then validate again.`;
  return [...told, { severity: "warning", code: "not_carried", message }];
}
