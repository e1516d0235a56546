import assert from "node:assert/strict";
import { launchText } from "../../../automation/commands/launch";
import type { DoctorReport } from "../../../automation/doctor/doctor";
import { PipelineError } from "../../../automation/errors";
import { arrivalsOf } from "../../../automation/launch/arrivals";
import { type LaunchWork, launch } from "../../../automation/launch/launch";
import { sampleOutputs } from "../snowflake/sql/sample-outputs";

const outputs = sampleOutputs({ streams: 2 });
const healthy: DoctorReport = {
  checks: [{ id: "node", name: "Node", verdict: "ok", evidence: "24" }],
  summary: { ok: 1, warn: 0, fail: 0, skipped: 0 },
};
const calls = [
  "doctor",
  "confirm",
  "settings",
  "up",
  "exports",
  "snowflake",
  "firstExport",
  "arrivals",
] as const;
type Call = (typeof calls)[number];

/** Three systems that keep what was done to them; each call creates only what is missing. */
class Systems {
  public readonly made: string[] = [];
  public readonly notes: string[] = [];
  public clock = 0;
  public files = true;
  public rows = 1;
  public answer = true;
  public report = healthy;
  /** Fails there once, before or after its work. */
  public failure: { readonly call: Call; readonly late: boolean } | undefined;

  public get work(): LaunchWork {
    return {
      doctor: () => this.do("doctor", () => this.report),
      confirm: () => this.do("confirm", () => this.answer),
      settings: () => this.do("settings", () => this.once("braintrust.orgId")),
      up: () => this.do("up", () => ({ summary: this.once("bucket"), outputs })),
      exports: () =>
        this.do("exports", () =>
          outputs.streams.map(({ name: stream }) => {
            const done = this.once(`export ${stream}`) === "created" ? "created" : "unchanged";
            return { stream, id: stream, done, scheduled: true } as const;
          }),
        ),
      snowflake: () => this.do("snowflake", () => this.once("pipes") && "connected"),
      firstExport: (_, stream) =>
        this.do("firstExport", () => (this.files ? `${stream}/1.jsonl` : undefined)),
      arrivals: () =>
        this.do("arrivals", () => {
          const arrival = { rows: this.rows, lastEvent: "2026-11-28T12:00:00Z" };
          return new Map(outputs.streams.map(({ name }) => [name, arrival] as const));
        }),
      waiting: {
        deadlineMs: 60_000,
        pauseMs: 5000,
        pause: async (milliseconds) => {
          this.clock += milliseconds;
        },
        now: () => this.clock,
        note: (message) => this.notes.push(message),
      },
    };
  }

  private async do<Result>(call: Call, work: () => Result): Promise<Result> {
    const fails = this.failure?.call === call ? this.failure : undefined;
    if (fails !== undefined) this.failure = undefined;
    if (fails?.late === false) throw new PipelineError(`killed before ${call}`);
    const result = work();
    if (fails?.late) throw new PipelineError(`killed after ${call}`);
    return result;
  }

  private once(thing: string): "created" | "unchanged" {
    if (this.made.includes(thing)) return "unchanged";
    this.made.push(thing);
    return "created";
  }
}

const everything = ["braintrust.orgId", "bucket", "export stream-0", "export stream-1", "pipes"];

describe("launch", () => {
  it("goes from the settings to the first row, and says what each step proved", async () => {
    const systems = new Systems();
    const { outcome, steps } = await launch(systems.work);
    assert.equal(outcome, "done");
    assert.deepEqual(systems.made, everything);
    assert.deepEqual(
      steps.map(({ id, proof }) => `${id}: ${proof}`),
      [
        "doctor: 1 of 1 checks are ok",
        "settings: created",
        "up: created",
        "exports: stream-0 created, scheduled; stream-1 created, scheduled",
        "snowflake: set up and loaded; phase connected",
        "file: stream-0/1.jsonl, stream-1/1.jsonl",
        "row: 1 in logs_0, last event received 2026-11-28T12:00:00Z, 1 in logs_1, last event received 2026-11-28T12:00:00Z",
      ],
    );
  });

  for (const call of calls) {
    for (const late of [false, true]) {
      it(`resumes where it was stopped ${late ? "after" : "before"} the work of ${call}, and creates nothing twice`, async () => {
        const systems = new Systems();
        systems.failure = { call, late };
        const first = await launch(systems.work);
        assert.equal(first.outcome, "stopped");
        assert.match(String(first.stopped?.error), new RegExp(`killed ${late ? "after" : "before"} ${call}`));
        assert.match(
          launchText("dev", first, { width: 80, color: false }),
          /stopped at: .*; run the same command again to resume there$/,
        );
        assert.equal((await launch(systems.work)).outcome, "done");
        assert.deepEqual(systems.made, everything);
      });
    }
  }

  it("changes nothing where the answer is no, or something has to be fixed first", async () => {
    const declined = new Systems();
    declined.answer = false;
    assert.equal((await launch(declined.work)).outcome, "declined");
    const sick = new Systems();
    const finding = {
      id: "secrets",
      name: "secrets",
      verdict: "fail",
      evidence: "none",
      fix: "export it",
    } as const;
    sick.report = { checks: [finding], summary: { ok: 0, warn: 0, fail: 1, skipped: 0 } };
    const { stopped } = await launch(sick.work);
    assert.match(String(stopped?.error), /not ready:\n {2}secrets: none; export it/);
    assert.deepEqual([...declined.made, ...sick.made], []);
  });

  const lasting: readonly (readonly [string, Partial<Systems>, RegExp])[] = [
    [
      "a file",
      { files: false },
      /no export of stream stream-0 below s3:\/\/exports\/braintrust\/stream-0\/ within 1 min: look at Runs/,
    ],
    ["a row", { rows: 0 }, /no row of stream stream-0 in logs_0 within 1 min: look at .*sql --part check/],
  ];
  for (const [what, state, message] of lasting) {
    it(`waits for ${what} to its deadline, and says what to look at`, async () => {
      const systems = Object.assign(new Systems(), state);
      const { outcome, stopped } = await launch(systems.work);
      assert.equal(outcome, "stopped");
      assert.match(String(stopped?.error), message);
      assert.equal(systems.clock, 60_000);
      assert.equal(systems.notes.length, 1);
      assert.match(systems.notes[0] ?? "", /^waiting for .*, at most 1 min; if it lasts, look at/);
    });
  }

  it("resumes a wait once what it waits for is there", async () => {
    const systems = Object.assign(new Systems(), { files: false });
    await launch(systems.work);
    systems.files = true;
    assert.equal((await launch(systems.work)).outcome, "done");
    assert.deepEqual(systems.made, everything);
  });
});

describe("arrivalsOf", () => {
  it("reads rows and events of each stream, from numbers and texts", () => {
    const status = (more: object) => JSON.stringify({ executionState: "RUNNING", ...more });
    const answers = JSON.stringify([
      [{ status: "Statement executed successfully." }],
      [{ STREAM: "logs", PIPE_STATUS: status({ lastReceivedMessageTimestamp: "2026-01-02T03:04:05Z" }) }],
      [{ STREAM: "spans", PIPE_STATUS: status({}) }],
      [{ STREAM: "logs", ROWS_LOADED: 12, FILES: 1 }],
      [{ STREAM: "spans", ROWS_LOADED: "0", FILES: "0" }],
    ]);
    assert.deepEqual(
      [...arrivalsOf(answers)],
      [
        ["logs", { rows: 12, lastEvent: "2026-01-02T03:04:05Z" }],
        ["spans", { rows: 0, lastEvent: undefined }],
      ],
    );
  });

  it("refuses an answer without counts", () => {
    assert.throws(() => arrivalsOf("[]"), PipelineError);
    assert.throws(() => arrivalsOf("Traceback"), PipelineError);
  });
});
