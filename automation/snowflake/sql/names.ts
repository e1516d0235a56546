import type { Partition } from "../../../components/settings/partitions";
import { PROJECT } from "../../../components/settings/settings";
import {
  currentOf,
  filesOf,
  SYSTEM_ROLES,
  taskOf,
  viewOf,
} from "../../../components/settings/snowflake-names";
import { SEPARATE_STREAMS } from "../../../components/streams";
import { PipelineError, UsageError } from "../../errors";
import type { PipelineOutputs, StreamOutput } from "../../outputs";
import { canonicalName, qualifiedName, quoteIdentifier } from "./identifiers";

/** A stream's own objects, as SQL text qualified with database and schema. */
export interface StreamNames {
  readonly stream: StreamOutput;
  /** Names project, stack and stream. */
  readonly comment: string;
  /** The stream's folder in the protocol Snowflake has for the bucket's partition, ending in "/". */
  readonly url: string;
  /** A format of the stream's own: dropping it can stop no other stack's pipe. */
  readonly fileFormat: string;
  readonly storedFileFormat: string;
  readonly stage: string;
  readonly table: string;
  /** View with one row per record, the newest. */
  readonly view: string;
  readonly storedView: string;
  /** View with one row per file: what the bucket has, and what was loaded. */
  readonly files: string;
  readonly storedFiles: string;
  /** Dynamic table of the same rows, where the settings want one. */
  readonly current: string;
  readonly pipe: string;
  /** The pipe's name as Snowflake stores it, without quotes or path. */
  readonly storedPipe: string;
  /** Task that loads the table where no event does. */
  readonly task: string;
}

/** Every object a stack sets up in Snowflake, as SQL text; `stored` names are as Snowflake stores them, without quotes. */
export interface Names {
  /** Names project and stack: what is the stack's own is known by it. */
  readonly comment: string;
  /** That, and what it was while the stack did not tell its name. */
  readonly comments: readonly string[];
  readonly warehouse: string;
  readonly storedWarehouse: string;
  readonly database: string;
  readonly schema: string;
  readonly storedSchema: string;
  readonly loadingRole: string;
  readonly storedLoadingRole: string;
  readonly readingRole: string;
  readonly storedReadingRole: string;
  /** The loading and the reading role as far as they are the stack's own: neither Snowflake's own nor the administrator's. */
  readonly storedCustomRoles: readonly string[];
  /** Role with the rights of the account. */
  readonly adminRole: string;
  readonly storedAdminRole: string;
  /** Who creates warehouse, database and schema, who owns roles, and who grants: Snowflake's own roles for it, or the admin role. */
  readonly containerRole: string;
  readonly roleRole: string;
  readonly grantRole: string;
  /** Role that owns the integrations. */
  readonly integrationRole: string;
  readonly integration: string;
  readonly storedIntegration: string;
  readonly errorIntegration: string | undefined;
  readonly storedErrorIntegration: string | undefined;
  /** Of the folder that all streams are below. */
  readonly exportUrl: string;
  readonly streams: readonly StreamNames[];
}

/** The names, for at most a hundred streams at a time: the most that one statement or file has. */
export function sharesOf(names: Names): Names[] {
  return Array.from({ length: Math.ceil(names.streams.length / SEPARATE_STREAMS) }, (_, index) => ({
    ...names,
    streams: names.streams.slice(index * SEPARATE_STREAMS, (index + 1) * SEPARATE_STREAMS),
  }));
}

interface StorageProvider {
  readonly provider: string;
  readonly protocol: string;
}

/** S3's storage provider and URL protocol by partition, as far as Snowflake reads buckets there. docs.snowflake.com/en/sql-reference/sql/create-storage-integration */
const storageProviders: Readonly<Partial<Record<Partition, StorageProvider>>> = {
  aws: { provider: "S3", protocol: "s3" },
  "aws-us-gov": { provider: "S3GOV", protocol: "s3gov" },
  "aws-cn": { provider: "S3CHINA", protocol: "s3china" },
};

/** Role with all rights of an account, where the settings name none. */
export const ADMIN_ROLE = "ACCOUNTADMIN";

/**
 * Names every object, the settings' and the derived ones.
 *
 * @throws UsageError for a name Snowflake or its CLI would not take as it is, and for streams whose objects coincide.
 */
export function namesOf(outputs: PipelineOutputs): Names {
  const { snowflake } = outputs;
  const database = canonicalName(snowflake.database);
  const schema = canonicalName(snowflake.schema);
  const warehouse = canonicalName(snowflake.warehouse);
  const inSchema = (name: string) => qualifiedName(database, schema, name);
  const roles = [canonicalName(snowflake.role), canonicalName(snowflake.readerRole)] as const;
  const adminRole = canonicalName(snowflake.adminRole ?? ADMIN_ROLE);
  const duty = (role: string) => quoteIdentifier(adminRole === ADMIN_ROLE ? role : adminRole);
  const comment = commentOf(outputs);
  const errorIntegration =
    snowflake.errorIntegration === undefined ? undefined : canonicalName(snowflake.errorIntegration);
  const { protocol } = storageOf(outputs);
  const urlOf = (url: string) => url.replace(/^s3:/, `${protocol}:`);
  refuseCollisions(outputs.streams);
  return {
    comment,
    comments: [...new Set([comment, commentOf({ ...outputs, stack: undefined })])],
    warehouse: quoteIdentifier(warehouse),
    storedWarehouse: warehouse,
    database: quoteIdentifier(database),
    schema: qualifiedName(database, schema),
    storedSchema: schema,
    loadingRole: quoteIdentifier(roles[0]),
    storedLoadingRole: roles[0],
    readingRole: quoteIdentifier(roles[1]),
    storedReadingRole: roles[1],
    storedCustomRoles: [...new Set(roles)].filter(
      (role) => !SYSTEM_ROLES.includes(role) && role !== adminRole,
    ),
    adminRole: quoteIdentifier(adminRole),
    storedAdminRole: adminRole,
    containerRole: duty("SYSADMIN"),
    roleRole: duty("USERADMIN"),
    grantRole: duty("SECURITYADMIN"),
    integrationRole: quoteIdentifier(canonicalName(snowflake.integrationRole ?? adminRole)),
    integration: quoteIdentifier(canonicalName(snowflake.integration)),
    storedIntegration: canonicalName(snowflake.integration),
    errorIntegration: errorIntegration === undefined ? undefined : quoteIdentifier(errorIntegration),
    storedErrorIntegration: errorIntegration,
    exportUrl: urlOf(outputs.exportUrl),
    streams: outputs.streams.map((stream) => {
      const table = canonicalName(stream.table);
      const pipe = canonicalName(stream.pipe);
      return {
        stream,
        comment: `${comment}, stream ${stream.name}`,
        url: urlOf(stream.url),
        fileFormat: inSchema(`${table}_FORMAT`),
        storedFileFormat: `${table}_FORMAT`,
        stage: inSchema(`${table}_STAGE`),
        table: inSchema(table),
        view: inSchema(viewOf(table)),
        storedView: viewOf(table),
        files: inSchema(filesOf(table)),
        storedFiles: filesOf(table),
        current: inSchema(currentOf(table)),
        pipe: inSchema(pipe),
        storedPipe: pipe,
        task: inSchema(taskOf(table)),
      };
    }),
  };
}

/** A stack that an earlier version has deployed does not tell its name. */
function commentOf({ stack, bucketName }: PipelineOutputs): string {
  return stack === undefined
    ? `Braintrust exports of the bucket ${bucketName}`
    : `Braintrust exports: project ${PROJECT}, stack ${stack}`;
}

/**
 * Snowflake's storage provider and URL protocol for the bucket's partition.
 *
 * @throws PipelineError for a partition Snowflake does not reach.
 */
export function storageOf({ bucketArn }: PipelineOutputs): StorageProvider {
  return storageIn(bucketArn.split(":")[1] ?? "");
}

/** The same by the partition's name. */
export function storageIn(partition: string): StorageProvider {
  const found = Object.entries(storageProviders).find(([name]) => name === partition);
  if (found !== undefined) return found[1];
  throw new PipelineError(
    `the bucket is in partition ${partition}: Snowflake reads buckets of the partitions ${Object.keys(storageProviders).join(", ")} alone`,
  );
}

/**
 * An output that is absent until the stack has it.
 *
 * @throws PipelineError naming the output and the statement that needs it.
 */
export function needed(value: string | undefined, output: string, statement: string): string {
  if (value !== undefined) return value;
  throw new PipelineError(`the stack's outputs lack ${output}, which ${statement} needs; run "up" first`);
}

/** Two streams with one table, or one's table with the name of another's view, would load into each other. */
function refuseCollisions(streams: readonly StreamOutput[]): void {
  const owners = new Map<string, string>();
  for (const { name, table, pipe } of streams) {
    const stored = canonicalName(table);
    for (const object of [
      `table ${stored}`,
      `table ${viewOf(stored)}`,
      `table ${filesOf(stored)}`,
      `table ${currentOf(stored)}`,
      `pipe ${canonicalName(pipe)}`,
    ]) {
      const other = owners.get(object);
      if (other !== undefined) {
        throw new UsageError(
          `streams ${JSON.stringify(other)} and ${JSON.stringify(name)} both need the Snowflake ${object}; ` +
            "each stream has a table, views named <table>_LATEST and <table>_FILES, a dynamic table named <table>_CURRENT and a pipe of its own: rename one",
        );
      }
      owners.set(object, name);
    }
  }
}
