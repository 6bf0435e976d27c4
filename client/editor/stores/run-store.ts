/** The runs of an open spell: as they come over its connection, and a past one that is looked at step by step. */
import { createStore, type StoreApi } from "zustand/vanilla";
import {
  type Connection,
  type EnginePlugin,
  type Json,
  type JsonObject,
  type Playback,
  type SpellDocument,
  type SpellrunnerClient,
  type StampedEvent,
} from "../../lib/index.ts";
import { lineOf, type LogLine } from "../core/log-lines.ts";
import { eventOf } from "../core/playback-events.ts";
import {
  isEnded,
  newRun,
  type RunModel,
  takeDelta,
  takeEvent,
  takeInputs,
  takeText,
} from "../../lib/run-model.ts";

/** A run of the past on the canvas: read-only, on the version that it ran on. */
export interface PastRun {
  runId: string;
  playback: Playback;
  document: SpellDocument;
  position: number;
}

export interface RunsState {
  connection: Connection["state"];
  playing: boolean;
  /** In the order in which they began, at most the newest 50. */
  live: readonly RunModel[];
  /** On the canvas: one of the live ones. */
  shownId: string | null;
  past: PastRun | null;
  /** What the canvas shows: of `past`, or the live one. A new object after each change. */
  shown: { run: RunModel; isOver: boolean } | null;
  console: readonly LogLine[];
}

const maxRuns = 50;
const maxLines = 2000;
/** So long a run that ended may be followed by the next one: only then are the nodes that it did not come to called skipped. */
const followMs = 700;

export class RunStore {
  readonly state: StoreApi<RunsState>;
  readonly #client: SpellrunnerClient;
  readonly #connection: Connection;
  readonly #spellId: string;
  readonly #runs = new Map<string, RunModel>();
  /** Changes of one frame of the screen are shown together. */
  #isWaiting = false;
  /** Of runs that ended a moment ago. */
  readonly #fresh = new Set<string>();
  #lines: LogLine[] = [];
  #past: PastRun | null = null;

  constructor(client: SpellrunnerClient, spellId: string) {
    this.#client = client;
    this.#spellId = spellId;
    this.state = createStore<RunsState>(() => ({
      connection: "connecting",
      playing: false,
      live: [],
      shownId: null,
      past: null,
      shown: null,
      console: [],
    }));
    // Runs that are in flight, or ended a moment ago, come with the gap from the beginning of what is kept in this tab.
    this.#connection = client.connect(spellId, { plugins: [this.#consolePlugin()] });
    this.#listen();
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Gives the id of the run once the server has it. @throws SpellError why it was not started */
  async start(request: { inputs?: JsonObject; trigger?: string }): Promise<string> {
    this.leavePast();
    const stream = this.#connection.run(request);
    // How it ends is told by its events.
    stream.result().catch(() => {});
    const runId = await stream.runId;
    this.show(runId);
    return runId;
  }

  stop(): void {
    for (const run of this.#runs.values()) if (!isEnded(run.status)) this.#connection.cancel(run.runId);
  }

  play(): void {
    this.#connection.play();
  }

  pause(): void {
    this.#connection.pause();
  }

  answer(question: { runId: string; nodeId: string; visit: string }, value: Json): void {
    this.#connection.answer(question, value);
  }

  show(runId: string): void {
    this.leavePast();
    this.state.setState({ shownId: runId });
    this.#later();
  }

  /** @throws SpellError `journal_mismatch`, `not_found`: it is not kept any more */
  async openPast(runId: string): Promise<void> {
    const run = await this.#client.runs.get(this.#spellId, runId);
    const [playback, document] = await Promise.all([
      this.#client.replay(this.#spellId, runId),
      this.#client.spells.version(this.#spellId, run.spell.version),
    ]);
    playback.goTo(playback.steps.length);
    this.#past = { runId, playback, document, position: playback.position };
    this.#foldPast();
  }

  /** Shows a past run as it was after `position` steps. */
  seek(position: number): void {
    if (this.#past === null) return;
    this.#past.playback.goTo(position);
    this.#past = { ...this.#past, position: this.#past.playback.position };
    this.#foldPast();
  }

  leavePast(): void {
    if (this.#past === null) return;
    this.#past = null;
    this.#later();
  }

  close(): void {
    this.#connection.close();
  }

  #foldPast(): void {
    if (this.#past === null) return;
    const { runId, playback, position } = this.#past;
    const run = newRun(runId);
    const lines: LogLine[] = [];
    for (const step of playback.steps.slice(0, position)) {
      takeEvent(run, eventOf(step));
      if (step.type === "node.start") takeInputs(run, step.node.nodeId, step.node.visit, step.node.inputs);
      lines.push(...lineOf(step, runId));
    }
    this.state.setState({
      past: this.#past,
      shown: { run, isOver: isEnded(run.status) },
      console: lines.slice(-maxLines),
    });
  }

  #listen(): void {
    const connection = this.#connection;
    connection.on("state", (state) => this.state.setState({ connection: state }));
    connection.on("event", (event) => this.#take(event));
    connection.on("node.delta", ({ runId, nodeId, visit, delta }) => {
      const run = this.#runs.get(runId);
      if (run !== undefined) takeDelta(run, nodeId, visit, delta);
      this.#later();
    });
    connection.on("welcome", ({ playing, runs }) => {
      this.state.setState({ playing });
      for (const { runId, status, partial = [] } of runs) void this.#catchUp(runId, status, partial);
    });
    connection.on("snapshot", ({ runs }) => {
      for (const { runId, status } of runs) void this.#catchUp(runId, status, []);
    });
    connection.on("replayed", () => this.#later());
  }

  #take(event: StampedEvent): void {
    if (event.type === "runner.played" || event.type === "runner.paused")
      return this.state.setState({ playing: event.type === "runner.played" });
    if (event.type === "spell.changed") return;
    let run = this.#runs.get(event.runId);
    if (run === undefined) {
      this.#runs.set(event.runId, (run = newRun(event.runId)));
      for (const old of [...this.#runs.keys()].slice(0, -maxRuns)) this.#runs.delete(old);
      this.state.setState({ shownId: event.runId });
    }
    takeEvent(run, event, event.at);
    if (isEnded(run.status)) this.#settleSoon(event.runId);
    this.#later();
  }

  #settleSoon(runId: string): void {
    this.#fresh.add(runId);
    setTimeout(() => {
      this.#fresh.delete(runId);
      this.#later();
    }, followMs);
  }

  /** A run that began before this connection: what happened is in the journal. */
  async #catchUp(
    runId: string,
    status: RunModel["status"],
    partial: readonly { nodeId: string; visit: string; text: string }[],
  ): Promise<void> {
    const known = this.#runs.get(runId);
    if (known !== undefined && !isEnded(status)) {
      for (const { nodeId, visit, text } of partial) takeText(known, nodeId, visit, text);
      return;
    }
    const run = newRun(runId, status);
    this.#runs.set(runId, run);
    if (!isEnded(status)) this.state.setState({ shownId: runId });
    try {
      for await (const event of this.#client.runs.events(this.#spellId, runId))
        takeEvent(run, event as never, event.at);
      for (const { nodeId, visit, text } of partial)
        if (run.nodes.get(nodeId)?.visits.get(visit)?.text === undefined) takeText(run, nodeId, visit, text);
    } catch {
      // Not kept any more: its end still comes.
    }
    this.#later();
  }

  #consolePlugin(): EnginePlugin {
    const take = (step: Parameters<typeof lineOf>[0], runId: string): void => {
      this.#lines.push(...lineOf(step, runId));
      // Cut seldom: each cut is a copy.
      if (this.#lines.length > 2 * maxLines) this.#lines = this.#lines.slice(-maxLines);
    };
    return {
      name: "editor",
      onRunStart: (start, plan) => take({ type: "run.start", start, plan }, start.runId),
      onNodeStart: (node) => {
        const run = this.#runs.get(node.runId);
        if (run !== undefined) takeInputs(run, node.nodeId, node.visit, node.inputs);
      },
      onNodeWaiting: (node, question) => take({ type: "node.waiting", node, question }, node.runId),
      onNodeEnd: (node, record) => take({ type: "node.end", node, record }, node.runId),
      onNodeError: (node, record) => take({ type: "node.error", node, record }, node.runId),
      onRunEnd: (end) => {
        take({ type: "run.end", end }, end.runId);
        this.#later();
      },
    };
  }

  #later(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    // A page in the background gets no frames.
    const next = document.hidden ? (done: () => void) => setTimeout(done, 100) : requestAnimationFrame;
    next(() => {
      this.#isWaiting = false;
      if (this.#past !== null) return this.state.setState({ live: [...this.#runs.values()] });
      const { shownId } = this.state.getState();
      const run = shownId === null ? undefined : this.#runs.get(shownId);
      this.state.setState({
        live: [...this.#runs.values()],
        past: null,
        shown: run === undefined ? null : { run, isOver: isEnded(run.status) && !this.#fresh.has(run.runId) },
        console: this.#lines.slice(-maxLines),
      });
    });
  }
}
