import { z } from "zod";
import { PipelineError, UsageError } from "../errors";
import { RefusedRequestError, type RequestOptions, sender } from "./request";

const exportTypes = ["log_traces", "log_spans"] as const;

/** What one row of an export is: a trace with its totals, or a span. */
export type ExportType = (typeof exportTypes)[number];

const awsCredentials = z.object({
  type: z.literal("aws_iam"),
  role_arn: z.string(),
  external_id: z.string(),
});

const exportConfig = z.object({
  event_type: z.literal("btql_export"),
  status: z.string().nullish(),
  export_definition: z.object({ type: z.string() }),
  export_path: z.string(),
  format: z.string(),
  interval_seconds: z.number(),
  credentials: z.union([awsCredentials, z.object({ type: z.string() })]),
  batch_size: z.number().nullish(),
});

const projectAutomation = z.object({
  id: z.guid(),
  project_id: z.guid(),
  name: z.string(),
  config: z.looseObject({ event_type: z.string() }),
});

const organization = z.object({ id: z.guid(), name: z.string(), api_url: z.string().nullish() });

/** An organization; `api_url` is its data plane's, where it has one of its own. */
export type Organization = z.infer<typeof organization>;

const project = z.object({ id: z.guid(), org_id: z.guid(), name: z.string() });

/** A project, and the organization that it belongs to. */
export type Project = z.infer<typeof project>;

/** An automation of any kind: export, alert, retention, topic. */
export type ProjectAutomation = z.infer<typeof projectAutomation>;

/** An export's settings as Braintrust keeps them; `status` is "active", "paused" or absent. */
export type ExportConfig = z.infer<typeof exportConfig>;

/** An export's settings as they are sent. */
export interface ExportConfigBody {
  readonly event_type: "btql_export";
  readonly export_definition: { readonly type: ExportType };
  readonly export_path: string;
  readonly format: "jsonl" | "parquet";
  readonly interval_seconds: number;
  /** `external_id` is the automation's own part of the `bt:<org>:<project>:<automation>` Braintrust presents. */
  readonly credentials: z.infer<typeof awsCredentials>;
  readonly batch_size?: number;
  /** @default as it is */
  readonly status?: "active" | "paused";
}

/** How Braintrust is reached. */
export type BraintrustClientOptions = RequestOptions;

/**
 * The few calls that exports need. Every method throws PipelineError with the path and the status when Braintrust
 * refuses, cannot be reached, or answers in a shape of its own; the key is in no message.
 */
export interface BraintrustClient {
  /** The organizations that the key can see. */
  organizations(): Promise<Organization[]>;
  /**
   * The project of exactly this name, or of this id.
   *
   * @throws UsageError when no project has the name, or several organizations of the key have one each.
   */
  project(nameOrId: string): Promise<Project>;
  /** Every automation of the project, or of all that the key can see, of every kind. */
  automations(projectId?: string): Promise<ProjectAutomation[]>;
  /** Creates an export; where the name is taken, Braintrust answers with the automation that has it, unmodified. */
  create(automation: {
    project_id: string;
    name: string;
    config: ExportConfigBody;
  }): Promise<ProjectAutomation>;
  /** Merges the fields given into the automation; a field cannot be removed or set to null this way. */
  update(id: string, change: { config: ExportConfigBody }): Promise<ProjectAutomation>;
  /**
   * Registers the schedule of an export: without it Braintrust shows no status of the export and never runs it. May be done again.
   * Section "Create S3 export automations via API" of www.braintrust.dev/docs/guides/automations/data-management
   *
   * @returns false where the data plane has no such call and schedules exports itself.
   */
  schedule(automationId: string): Promise<boolean>;
}

/**
 * A client for Braintrust's REST API (github.com/braintrustdata/braintrust-openapi).
 *
 * @throws UsageError for a base URL that would send the key in the clear, or a key no header can carry.
 */
export function braintrustClient(options: BraintrustClientOptions): BraintrustClient {
  const send = sender(options);

  // Ends at an empty page, not at a short one: the server may cap a page below the limit asked for.
  async function list<T extends { id: string }>(
    path: string,
    item: z.ZodType<T>,
    filter: Record<string, string>,
  ) {
    const found = new Map<string, T>();
    for (let last: string | undefined; ; ) {
      const query = { ...filter, limit: "100", ...(last === undefined ? {} : { starting_after: last }) };
      const { objects } = await send("GET", path, z.object({ objects: z.array(item) }), { query });
      if (objects.length === 0) return [...found.values()];
      for (const object of objects) {
        if (found.has(object.id))
          throw new PipelineError(`Braintrust GET ${path}: a page repeats an earlier one`);
        found.set(object.id, object);
        last = object.id;
      }
    }
  }

  return {
    organizations: () => list("/v1/organization", organization, {}),
    async project(nameOrId) {
      if (isUuid(nameOrId)) return send("GET", `/v1/project/${nameOrId}`, project, {});
      const found = await list("/v1/project", project, { project_name: nameOrId });
      const named = found.filter(({ name }) => name === nameOrId);
      const [only] = named;
      if (only === undefined)
        throw new UsageError(`no Braintrust project "${nameOrId}" is visible to this API key`);
      if (named.length === 1) return only;
      const ids = named.map(({ id }) => id).join(", ");
      throw new UsageError(
        `several Braintrust projects are called "${nameOrId}": ${ids}; give the id of one`,
      );
    },
    async automations(projectId) {
      const all = await list("/v1/project_automation", projectAutomation, {});
      if (projectId === undefined) return all;
      return all.filter((automation) => automation.project_id.toLowerCase() === projectId.toLowerCase());
    },
    create: (body) => send("POST", "/v1/project_automation", projectAutomation, { body }),
    async schedule(automationId) {
      const body = {
        automation_id: automationId,
        cron: { type: "btql_export" },
        service_token: options.serviceToken ?? options.apiKey,
      };
      try {
        await send("POST", "/automation/cron", z.unknown(), { body });
        return true;
      } catch (error) {
        if (error instanceof RefusedRequestError && error.status === 404) return false;
        throw error;
      }
    },
    update: (id, body) =>
      send("PATCH", `/v1/project_automation/${encodeURIComponent(id)}`, projectAutomation, { body }),
  };
}

/** Whether a text is an id of Braintrust's. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** The automation's export settings; undefined for another kind, or a shape unknown here. */
export function exportConfigOf(automation: ProjectAutomation): ExportConfig | undefined {
  return exportConfig.safeParse(automation.config).data;
}
