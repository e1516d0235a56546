import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type { BraintrustClientOptions } from "../../../automation/braintrust/api";
import { braintrustClient, exportConfigOf } from "../../../automation/braintrust/api";
import { PipelineError, UsageError } from "../../../automation/errors";
import { apiKey, type FakeBraintrust, startBraintrust, storedExport } from "./server";

describe("braintrustClient", () => {
  let server: FakeBraintrust;
  const projectId = randomUUID();
  const body = {
    project_id: projectId,
    name: "prod-logs",
    config: {
      event_type: "btql_export",
      export_definition: { type: "log_spans" },
      export_path: "s3://exports/logs",
      format: "jsonl",
      interval_seconds: 3600,
      credentials: { type: "aws_iam", role_arn: "arn:aws:iam::123456789012:role/Export", external_id: "one" },
    },
  } as const;
  const client = (options: Partial<BraintrustClientOptions> = {}) =>
    braintrustClient({ apiKey, baseUrl: server.baseUrl, ...options });

  beforeEach(async () => {
    server = await startBraintrust();
  });
  afterEach(() => server.close());

  it("lists the automations of one project over all pages, of every kind, each once", async () => {
    const own = Array.from({ length: 5 }, (_, n) => storedExport(projectId, `own-${n}`));
    const alert = { id: randomUUID(), project_id: projectId, name: "alert", config: { event_type: "logs" } };
    server.automations.push(...own.slice(0, 3), storedExport(randomUUID(), "other"), alert, ...own.slice(3));
    const found = await client().automations(projectId.toUpperCase());
    assert.deepEqual(
      found.map(({ id }) => id),
      [...own.slice(0, 3), alert, ...own.slice(3)].map(({ id }) => id),
    );
    assert.ok(server.requests.length > 3, "it pages");
  });

  it("stops when the server ignores the page cursor, rather than going round for ever", async () => {
    const objects = [storedExport(projectId, "one")];
    for (let n = 0; n < 3; n++) server.next({ status: 200, body: JSON.stringify({ objects }) });
    await assert.rejects(client().automations(projectId), /GET \/v1\/project_automation: a page repeats/);
  });

  it("finds a project by its exact name", async () => {
    server.projects.push({ id: randomUUID(), org_id: randomUUID(), name: "other" });
    server.projects.push({ id: projectId, org_id: randomUUID(), name: "my project & more", settings: null });
    assert.equal((await client().project("my project & more")).id, projectId);
    assert.equal(server.requests[0]?.query.get("project_name"), "my project & more");
    server.next({ status: 200, body: JSON.stringify({ objects: server.projects }) });
    assert.equal(
      (await client().project("my project & more")).id,
      projectId,
      "also where the server matches loosely",
    );
    await assert.rejects(
      client().project("My Project"),
      new UsageError('no Braintrust project "My Project" is visible to this API key'),
    );
    server.projects.push({ id: randomUUID(), org_id: randomUUID(), name: "my project & more" });
    await assert.rejects(client().project("my project & more"), /several Braintrust projects/);
  });

  it("creates, and updates by merging", async () => {
    const made = await client().create(body);
    const changed = await client().update(made.id, { config: { ...body.config, interval_seconds: 60 } });
    assert.equal(changed.id, made.id);
    assert.equal(exportConfigOf(changed)?.interval_seconds, 60);
    assert.deepEqual(server.requests.at(-1)?.path, `/v1/project_automation/${made.id}`);
  });

  it("says what the API refused", async () => {
    const wrong = { ...body, config: { ...body.config, interval_seconds: 0 } };
    await assert.rejects(
      client().create(wrong),
      new PipelineError("Braintrust POST /v1/project_automation: HTTP 400: invalid: config.interval_seconds"),
    );
    await assert.rejects(
      client().update(randomUUID(), body),
      /HTTP 404, nothing is there: check the project/,
    );
    await assert.rejects(
      client({ apiKey: "sk-wrong" }).automations(projectId),
      /HTTP 401, the API key is not valid/,
    );
  });

  for (const [status, words] of [
    [403, /HTTP 403, the API key may not/],
    [500, /HTTP 500, a fault on Braintrust/],
    [302, /HTTP 302/],
  ] as const) {
    it(`fails at once on ${status}`, async () => {
      server.next({ status, body: "Oh\u001b[31m\nno", headers: { location: "http://127.0.0.1:1/" } });
      await assert.rejects(client().automations(projectId), (error: Error) => {
        assert.ok(error instanceof PipelineError);
        assert.match(error.message, words);
        assert.match(error.message, /: Oh \[31m no$/);
        return true;
      });
      assert.equal(server.requests.length, 1);
    });
  }

  it("waits as Retry-After says and then resumes", async () => {
    const pauses: number[] = [];
    const pause = async (milliseconds: number) => void pauses.push(milliseconds);
    server.next({ status: 429, body: "slow down", headers: { "retry-after": "7" } });
    server.next({ status: 429, body: "slow down", headers: { "retry-after": new Date(0).toUTCString() } });
    server.next({ status: 429, body: "slow down" });
    assert.equal((await client({ pause }).create(body)).name, "prod-logs");
    assert.deepEqual(pauses, [7000, 0, 4000]);
    assert.equal(server.automations.length, 1);
  });

  it("gives up after four attempts, or at once when the wait is too long", async () => {
    const pause = async () => {};
    for (let n = 0; n < 5; n++) server.next({ status: 429, body: "slow down" });
    await assert.rejects(
      client({ pause }).automations(projectId),
      /HTTP 429, too many requests.*: slow down/,
    );
    assert.equal(server.requests.length, 4);

    await client({ pause })
      .automations(projectId)
      .catch(() => {});
    const before = server.requests.length;
    server.next({ status: 429, body: "", headers: { "retry-after": "3600" } });
    await assert.rejects(client({ pause }).automations(projectId), /HTTP 429/);
    assert.equal(server.requests.length, before + 1);
  });

  it("keeps the key out of every message, whatever the server sends back", async () => {
    const authorization = `Bearer ${apiKey}`;
    const echoes = [
      authorization,
      JSON.stringify({ authorization }),
      authorization.replaceAll("/", "\\/"),
      encodeURIComponent(apiKey),
      Buffer.from(apiKey).toString("base64"),
      `${"x".repeat(190)}${apiKey}`,
    ];
    for (const echo of echoes) {
      for (const status of [200, 400, 401, 403, 404, 500]) {
        server.next(({ headers }) => ({ status, body: `${echo} ${headers.authorization}<` }));
        await assert.rejects(client().create(body), (error: Error) => {
          const shown = `${error.message}${error.stack}${JSON.stringify(error)}${String(error.cause)}`;
          for (const form of [
            apiKey,
            "0123456789",
            encodeURIComponent(apiKey),
            Buffer.from(apiKey).toString("base64"),
          ]) {
            assert.ok(!shown.includes(form), shown);
          }
          return error instanceof PipelineError;
        });
      }
    }
  });

  it("refuses an answer of another shape, naming the fields", async () => {
    server.next({ status: 200, body: JSON.stringify({ objects: [{ id: "x", name: "y", config: {} }] }) });
    await assert.rejects(
      client().automations(projectId),
      new PipelineError(
        "Braintrust GET /v1/project_automation: HTTP 200, but the answer lacks or misstates: " +
          "objects.0.id, objects.0.project_id, objects.0.config.event_type",
      ),
    );
    server.next({ status: 200, body: "<html>" });
    await assert.rejects(client().automations(projectId), /HTTP 200, but the answer is not JSON: <html>/);
  });

  it("stops at the time limit, on cancellation, also in a wait, and says when nothing answers", async () => {
    const silent: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) =>
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)),
      );
    await assert.rejects(
      client({ fetch: silent, timeoutMs: 20 }).automations(projectId),
      /no answer within 20 ms/,
    );

    const cancelled = new AbortController();
    const { signal } = cancelled;
    setTimeout(() => cancelled.abort(), 20);
    await assert.rejects(
      client({ fetch: silent, signal }).automations(projectId),
      /project_automation: cancelled/,
    );

    const waiting = new AbortController();
    server.next({ status: 429, body: "", headers: { "retry-after": "30" } });
    setTimeout(() => waiting.abort(), 100);
    await assert.rejects(client({ signal: waiting.signal }).automations(projectId), /cancelled/);

    const gone = await startBraintrust();
    await gone.close();
    const { baseUrl } = gone;
    await assert.rejects(client({ baseUrl }).automations(projectId), /cannot be reached \(ECONNREFUSED\)/);
  });

  it("sends the key over https or to loopback alone", () => {
    const base = (baseUrl: string) => () => braintrustClient({ apiKey, baseUrl });
    for (const good of [
      "https://api-eu.braintrust.dev/",
      "http://localhost:8000",
      "http://127.0.0.9",
      "http://[::1]:1",
    ]) {
      assert.doesNotThrow(base(good), good);
    }
    const bad = [
      "http://api.braintrust.dev",
      "http://127.0.0.1.example.com",
      "http://localhost.example.com",
      "ftp://x",
      "sk-1",
      "",
      "https://u:p@x",
      "https://x?a=b",
      "sk:secret",
    ];
    for (const url of bad) {
      assert.throws(
        base(url),
        (error: Error) => error instanceof UsageError && !error.message.includes(url || "\0"),
        url,
      );
    }
    assert.throws(base("http://api.braintrust.dev"), /must start with https/);
  });

  it("keeps the path of a self-hosted base URL", async () => {
    await assert.rejects(client({ baseUrl: `${server.baseUrl}/api/` }).automations(projectId), /HTTP 404/);
    assert.equal(server.requests[0]?.path, "/api/v1/project_automation");
  });

  it("refuses a key no header can carry, without showing it", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(" ", "\n", "\r", '"', "\u00e9", "\0"), (start, blank) => {
        assert.throws(
          () => braintrustClient({ apiKey: `sk-canary${start}${blank}` }),
          (error: Error) => {
            return error instanceof UsageError && !error.message.includes("canary");
          },
        );
      }),
    );
    assert.throws(() => braintrustClient({ apiKey: "" }), UsageError);
  });
});
