/** Times of a cron pattern. */
import { Cron } from "croner";

/** The next time after `after`, in ms since 1970; undefined when there is none. */
export const nextTime = (
  { cron, timeZone = "UTC" }: { cron: string; timeZone?: string | undefined },
  after: number,
): number | undefined =>
  new Cron(cron, { timezone: timeZone, paused: true }).nextRun(new Date(after))?.getTime();

/** What is wrong with a schedule, a pattern that never comes among it; undefined where nothing is. */
export function scheduleFault(schedule: { cron: string; timeZone?: string | undefined }): string | undefined {
  try {
    if (nextTime(schedule, Date.now()) !== undefined) return undefined;
    return `"${schedule.cron}" has no time that is still to come`;
  } catch (error) {
    return `"${schedule.cron}" in ${schedule.timeZone ?? "UTC"} is no schedule: ${error instanceof Error ? error.message : "not a cron pattern"}`;
  }
}
