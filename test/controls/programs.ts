import { planStack } from "../../automation/plan/plan";
import { readStackFile } from "../../automation/project/stack-file";
import { fixtureProject } from "../fixtures/project";
import { deployProgram } from "../support";
import type { Programs } from "./evidence";

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
  const { resources } = await planStack("prod", fixtureProject);
  return { prod: resources, everything: everything.deployed.resources, tags };
}
