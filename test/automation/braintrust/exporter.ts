import { gzipSync } from "node:zlib";
import { DeleteObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient, type STSClientConfig } from "@aws-sdk/client-sts";
import { z } from "zod";
import type { FakeBraintrust } from "./server";

/** Folders of a run, up to data plane 2.0 and from 2.1 on: www.braintrust.dev/docs/admin/automations/export-to-cloud-storage */
const layouts = {
  byRun: () => `${new Date().toISOString()}/part-0.jsonl.gz`,
  partitioned: () => `date=2026-11-28/unknown-key=7/${Date.now()}.jsonl.gz`,
} as const;

const exported = z.object({
  id: z.string(),
  project_id: z.string(),
  config: z.object({
    export_path: z.string(),
    status: z.string().optional(),
    credentials: z.object({ role_arn: z.string(), external_id: z.string() }),
  }),
});

/** What Braintrust does with an automation: it assumes the customer's role, and writes with nothing else. */
export class Exporter {
  public constructor(
    private readonly braintrust: FakeBraintrust,
    private readonly aws: { readonly sts: STSClientConfig; readonly s3: S3ClientConfig },
  ) {}

  /** Runs an export as often as its schedule would. www.braintrust.dev/docs/guides/automations/data-management */
  public async run(id: string, layout: keyof typeof layouts, rows: readonly object[]): Promise<string> {
    const { config } = this.automation(id);
    if (!this.braintrust.schedules.has(id))
      throw new Error("validation error: the automation has no cron job");
    if (config.status === "paused") throw new Error("the automation is paused");
    const content = gzipSync(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return this.write(id, layouts[layout](), content);
  }

  /** "Test automation" of the dialog: writes a file and deletes it. */
  public async test(id: string): Promise<void> {
    const Key = await this.write(id, "braintrust-test", Buffer.from("test"));
    const { s3, Bucket } = await this.bucketOf(id);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  }

  private async write(id: string, name: string, Body: Buffer): Promise<string> {
    const { s3, Bucket, prefix } = await this.bucketOf(id);
    const Key = `${prefix}/${name}`;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    return Key;
  }

  private async bucketOf(id: string) {
    const { project_id, config } = this.automation(id);
    const organization = this.braintrust.projects.find((project) => project.id === project_id)?.org_id;
    const { role_arn: RoleArn, external_id } = config.credentials;
    // The id of organization, project and automation: the same page, "Configure AWS for S3 export".
    const ExternalId = `bt:${organization}:${project_id}:${external_id}`;
    const { Credentials } = await new STSClient(this.aws.sts).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "braintrust", ExternalId }),
    );
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken,
    };
    const [, Bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/(.*?)\/*$/.exec(config.export_path) ?? [];
    return { s3: new S3Client({ ...this.aws.s3, credentials }), Bucket, prefix };
  }

  private automation(id: string) {
    return exported.parse(this.braintrust.automations.find((one) => one.id === id));
  }
}
