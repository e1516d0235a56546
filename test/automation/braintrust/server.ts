import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Gate } from "./gate";

export const apiKey = "sk-canary/0123456789+abcdef==";

type Json = Record<string, unknown>;

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

/** Braintrust's API as its OpenAPI document states it, as far as exports need it. */
export interface FakeBraintrust {
  readonly baseUrl: string;
  readonly requests: RecordedRequest[];
  /** How long the key is valid, and how often it may be used. */
  readonly gate: Gate;
  readonly organizations: Json[];
  readonly projects: Json[];
  /** Newest first, as the API lists them. */
  readonly automations: Json[];
  /** Bodies of registered schedules, by the automation's id. */
  readonly schedules: Map<string, Json>;
  /** Answers the next request in its own way. */
  next(answer: Answer | ((request: IncomingMessage) => Answer)): void;
  close(): Promise<void>;
}

/** @param pageLimit The most objects a page holds, whatever the caller asks for. */
export async function startBraintrust(pageLimit = 2): Promise<FakeBraintrust> {
  const requests: RecordedRequest[] = [];
  const gate = new Gate();
  const organizations: Json[] = [];
  const projects: Json[] = [];
  const automations: Json[] = [];
  const schedules = new Map<string, Json>();
  const planned: (Answer | ((request: IncomingMessage) => Answer))[] = [];

  const route = (method: string, path: string, query: URLSearchParams, body: unknown): Answer => {
    if (method === "GET" && path === "/v1/organization") {
      return page(organizations, query, listParameters, pageLimit);
    }
    if (method === "GET" && path === "/v1/project") {
      const name = query.get("project_name");
      const named = name === null ? projects : projects.filter((one) => one.name === name);
      return page(named, query, [...listParameters, "project_name"], pageLimit);
    }
    if (method === "GET" && path === "/v1/project_automation") {
      return page(automations, query, [...listParameters, "project_automation_name"], pageLimit);
    }
    if (method === "POST" && path === "/v1/project_automation") {
      const problems = isJson(body) ? [...faults(body, creation), ...configFaults(body.config)] : ["body"];
      if (!isJson(body) || problems.length > 0) return refuse(400, `invalid: ${problems.join(", ")}`);
      const same = automations.find((one) => one.project_id === body.project_id && one.name === body.name);
      if (same !== undefined) return ok(same);
      const made = { id: randomUUID(), user_id: null, created: "2026-01-01T00:00:00Z", ...body };
      automations.unshift(made);
      return ok(made);
    }
    if (method === "POST" && path === "/automation/cron") {
      const { automation_id, cron, service_token } = isJson(body) ? body : {};
      if (!automations.some((one) => one.id === automation_id)) return refuse(404, "no such automation");
      if (!isJson(cron) || cron.type !== "btql_export") return refuse(400, "invalid: cron");
      if (typeof service_token !== "string") return refuse(400, "invalid: service_token");
      schedules.set(String(automation_id), isJson(body) ? body : {});
      return { status: 200, body: "" };
    }
    const id = /^\/v1\/project_automation\/([^/]+)$/.exec(path)?.[1];
    if (method !== "PATCH" || id === undefined) return refuse(404, "no such route");
    const index = automations.findIndex((one) => one.id === id);
    const found = automations[index];
    if (found === undefined) return refuse(404, "no such automation");
    if (!isJson(body)) return refuse(400, "invalid: body");
    const problems = configFaults(body.config);
    if (problems.length > 0) return refuse(400, `invalid: ${problems.join(", ")}`);
    const merged = merge(found, body);
    if (
      isJson(found.config) &&
      isJson(merged.config) &&
      found.config.export_path !== merged.config.export_path
    ) {
      return refuse(400, "export_path cannot be changed");
    }
    automations[index] = merged;
    return ok(merged);
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    requests.push({ method: request.method ?? "", path: pathname, query: searchParams, body });
    const override = planned.shift();
    const authorized = request.headers.authorization === `Bearer ${apiKey}`;
    const usual = () => gate.refusal(authorized) ?? route(request.method ?? "", pathname, searchParams, body);
    const answer =
      override === undefined ? usual() : typeof override === "function" ? override(request) : override;
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    requests,
    gate,
    organizations,
    projects,
    automations,
    schedules,
    next: (answer) => planned.push(answer),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** An export automation as the API returns it. */
export function storedExport(projectId: string, name: string, config: Json = {}): Json {
  return {
    id: randomUUID(),
    project_id: projectId,
    user_id: randomUUID(),
    created: "2026-01-01T00:00:00Z",
    name,
    description: null,
    config: {
      event_type: "btql_export",
      status: "active",
      export_definition: { type: "log_spans" },
      export_path: "s3://exports/braintrust-exports/logs",
      format: "jsonl",
      interval_seconds: 3600,
      credentials: {
        type: "aws_iam",
        role_arn: "arn:aws:iam::123456789012:role/Export",
        external_id: "kept",
      },
      batch_size: null,
      a_field_of_tomorrow: { deep: true },
      ...config,
    },
  };
}

const listParameters = ["limit", "starting_after", "ending_before", "ids", "org_name"];
const uuid = /^[0-9a-f-]{36}$/;
const text = (value: unknown) => typeof value === "string" && value !== "";

const creation: Record<string, (value: unknown) => boolean> = {
  project_id: (value) => typeof value === "string" && uuid.test(value),
  name: text,
  config: isJson,
};

const exportFields: Record<string, (value: unknown) => boolean> = {
  event_type: (value) => value === "btql_export",
  export_definition: (value) => isJson(value) && (value.type === "log_traces" || value.type === "log_spans"),
  export_path: (value) => typeof value === "string" && value.startsWith("s3://"),
  format: (value) => value === "jsonl" || value === "parquet",
  interval_seconds: (value) => typeof value === "number" && value >= 1 && value <= 2_592_000,
  credentials: (value) =>
    isJson(value) && value.type === "aws_iam" && text(value.role_arn) && text(value.external_id),
  batch_size: (value) => value === undefined || value === null || typeof value === "number",
};

function page(all: Json[], query: URLSearchParams, known: string[], pageLimit: number): Answer {
  const unknown = [...query.keys()].filter((key) => !known.includes(key));
  if (unknown.length > 0) return refuse(400, `unknown parameter: ${unknown.join(", ")}`);
  const after = query.get("starting_after");
  const start = after === null ? 0 : all.findIndex((one) => one.id === after) + 1;
  if (after !== null && start === 0) return refuse(400, "starting_after: no such object");
  return ok({ objects: all.slice(start, start + Math.min(pageLimit, Number(query.get("limit") ?? 1000))) });
}

function configFaults(config: unknown): string[] {
  return isJson(config) ? faults(config, exportFields).map((field) => `config.${field}`) : ["config"];
}

function faults(value: Json, rules: Record<string, (value: unknown) => boolean>): string[] {
  return Object.entries(rules).flatMap(([field, holds]) => (holds(value[field]) ? [] : [field]));
}

function merge(into: Json, from: Json): Json {
  const entries = Object.entries(from).map(([key, value]) => {
    const present = into[key];
    return [key, isJson(present) && isJson(value) ? merge(present, value) : value];
  });
  return { ...into, ...Object.fromEntries(entries) };
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ok(body: Json): Answer {
  return { status: 200, body: JSON.stringify(body) };
}

function refuse(status: number, body: string): Answer {
  return { status, body, headers: { "content-type": "text/plain" } };
}
