import type { Evident, Judged } from "../../automation/controls/evidence";
import { planStack } from "../../automation/plan/plan";
import { readStackFile } from "../../automation/project/stack-file";
import { fixtureProject } from "../fixtures/project";
import { deployProgram } from "../support";

/** The programs that evidence is taken from. */
export interface Programs {
  /** Production with its defaults. */
  readonly prod: readonly Evident[];
  /** Production with all that settings can add: topic and queue, error notifications, Snowflake's user. */
  readonly everything: readonly Evident[];
  /** Name of the export bucket in both. */
  readonly exportBucket: string;
  /** Tags that the provider puts on every resource of production. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Both programs, which must pass alike. */
export function judgedOf({ prod, everything, exportBucket, tags }: Programs): Judged {
  return { programs: [prod, everything], exportBucket, tags };
}

/** Evaluates production with its defaults, and with everything that settings can add. */
export async function evaluatePrograms(): Promise<Programs> {
  const { values } = await readStackFile("prod", fixtureProject);
  const { tags = {} } = (values["aws:defaultTags"] ?? {}) as { tags?: Record<string, string> };
  const everything = await deployProgram(
    {
      braintrust: { accountId: "111122223333", orgId: "org-1" },
      snowflake: {
        access: "user",
        snsSubscriberArn: "arn:aws:iam::444455556666:user/snow",
        errorNotifications: { enabled: true },
      },
      events: { mode: "sns" },
    },
    { stack: "prod" },
  );
  const { resources, outputs } = await planStack("prod", fixtureProject);
  return {
    prod: resources,
    everything: everything.deployed.resources,
    exportBucket: String(outputs.bucketName),
    tags,
  };
}
