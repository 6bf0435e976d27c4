/** An editor tab that looks on, in a process of its own, so that its work is not the bench's: opened, and asked what has arrived. */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Arrived, TabPlace } from "./tab.ts";

export interface Tab {
  pid: number;
  /**
   * Waits until so many runs have arrived in whole since it was opened.
   * @throws Error when they do not, or when more has arrived than they have nodes
   */
  until(runs: number): Promise<Arrived>;
  close(): void;
}

const deadlineMs = 60_000;

/** @param file in bench/tabs */
export async function openTab(file: string, place: TabPlace): Promise<Tab> {
  const child: ChildProcess = fork(join(import.meta.dirname, file));
  const said = <T>(what: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const end = (error?: Error, message?: T): void => {
        clearTimeout(timer);
        child.off("message", heard);
        child.off("exit", ended);
        if (error === undefined) resolve(message as T);
        else reject(error);
      };
      const heard = (message: unknown): void => end(undefined, message as T);
      const ended = (code: number | null): void => end(new Error(`${file} ended with ${code}`));
      const timer = setTimeout(() => end(new Error(`${file}: ${what}`)), deadlineMs);
      child.on("message", heard);
      child.on("exit", ended);
    });
  child.send(place);
  await said("it could not connect");
  return {
    pid: child.pid ?? 0,
    async until(runs) {
      child.send({ runs });
      const arrived = await said<Arrived>(`${runs} runs have not arrived`);
      if (arrived.runs !== runs || arrived.results !== runs * place.nodes)
        throw new Error(
          `${file}: of ${runs} runs with ${place.nodes} nodes ${arrived.runs} with ${arrived.results} results have arrived.`,
        );
      return arrived;
    },
    close: () => void child.kill(),
  };
}
