import type { S3 } from "@aws-sdk/client-s3";
import { errorLine, isDenied } from "../../aws/aws-errors";
import { type Check, type CheckContext, fail, pass, Skipped, type Verdict } from "../check";
import { repair, type Subject } from "../subject";
import { type DataPath, probeNeeds, readerNeeds } from "./data-path";
import { type AssumedRole, readerRole, stsOf, writerRole } from "./sessions";

/** What must be refused, tried for real. A network error is no refusal. */
export function refusalChecks(path: DataPath): Check[] {
  const { subject } = path;
  const { bucketName: Bucket } = subject.outputs;
  const asWriter = attempts(path, "braintrust", () => path.writer(), ["sts:AssumeRole"]);
  const asReader = attempts(path, "snowflake", () => path.reader(), readerNeeds(path));
  const readProbe = async (s3: S3, { signal }: CheckContext) => {
    const { key } = await path.probe(signal);
    return s3.getObject({ Bucket, Key: key });
  };
  const listAll = (s3: S3) => s3.listObjectsV2({ Bucket, MaxKeys: 1 });
  return [
    asWriter("write-outside", "Braintrust's role cannot write outside the prefix", async (s3, { signal }) =>
      path.probes.put(s3, `${path.outsideKey}-write`, signal),
    ),
    ...(subject.settings.braintrust.permissions === "least"
      ? [asWriter("read", "Braintrust's role cannot read", readProbe, probeNeeds(path))]
      : []),
    asWriter("list-all", "Braintrust's role cannot list the whole bucket", listAll),
    asReader(
      "read-outside",
      "Snowflake's reader cannot read outside the prefix",
      async (s3, { signal }) => {
        const { key } = await path.outside(signal);
        return s3.getObject({ Bucket, Key: key });
      },
      probeNeeds(path),
    ),
    asReader("write", "Snowflake's reader cannot write", async (s3, { signal }) =>
      path.probes.put(s3, `${path.asideKey}-write`, signal),
    ),
    asReader("delete", "Snowflake's reader cannot delete", async (s3, { signal }) =>
      path.probes.markDeleted(s3, `${path.asideKey}-delete`, signal),
    ),
    asReader("list-all", "Snowflake's reader cannot list the whole bucket", listAll),
    externalIdCheck(path, "braintrust", () => path.writer(), writerRole),
    ...(subject.settings.snowflake.access === "role"
      ? [externalIdCheck(path, "snowflake", () => path.reader(), readerRole)]
      : []),
    plainHttpCheck(path),
  ];
}

type Attempt = (s3: S3, context: CheckContext) => Promise<unknown>;

function attempts(
  path: DataPath,
  identity: string,
  session: DataPath["writer"],
  needs: readonly string[],
): (name: string, title: string, attempt: Attempt, otherNeeds?: readonly string[]) => Check {
  return (name, title, attempt, otherNeeds = []) => ({
    id: `data/${identity}-${name}`,
    title,
    needs: [...needs, ...otherNeeds],
    run: async (context) => {
      const { s3, who } = await session.call(path);
      return refused(attempt(s3, context), who, path.subject);
    },
  });
}

/** Passes if AWS refuses; an answer is a hole, and any other error no verdict. */
async function refused(attempt: Promise<unknown>, who: string, subject: Subject): Promise<Verdict> {
  try {
    await attempt;
  } catch (error) {
    if (isDenied(error)) return pass(`${who} was refused`);
    throw error;
  }
  return fail(`${who} was not refused`, repair(subject));
}

/** Tries a wrong external id and none, once the right one has worked: a refusal without that proves nothing. */
function externalIdCheck(
  path: DataPath,
  identity: string,
  session: DataPath["writer"],
  roleOf: (subject: Subject) => AssumedRole,
): Check {
  return {
    id: `data/${identity}-external-id`,
    title: `${identity === "braintrust" ? "Braintrust's" : "Snowflake's"} role asks for the right external id`,
    needs: ["sts:AssumeRole"],
    run: async () => {
      await session.call(path);
      const role = roleOf(path.subject);
      const { roleArn, externalId } = role;
      const wrong = externalId.startsWith("bt:") ? "bt:another-organization:test" : `${externalId}-wrong`;
      const ask = (with_: { ExternalId?: string }) =>
        stsOf(path.aws, role).assumeRole({ RoleArn: roleArn, RoleSessionName: "pipeline-verify", ...with_ });
      const verdicts = [
        await refused(ask({ ExternalId: wrong }), `a caller with the external id ${wrong}`, path.subject),
        await refused(ask({}), "a caller without any", path.subject),
      ];
      const evidence = verdicts.map((each) => each.evidence).join("; ");
      return verdicts.every(({ verdict }) => verdict === "pass")
        ? pass(evidence)
        : fail(evidence, repair(path.subject));
    },
  };
}

/** The caller's own request, which only the bucket policy can refuse: over TLS the same request must be answered. */
function plainHttpCheck(path: DataPath): Check {
  const { subject, aws } = path;
  return {
    id: "data/plain-http",
    title: "Plain HTTP is refused",
    needs: ["s3:GetBucketLocation"],
    run: async () => {
      const request = { Bucket: subject.outputs.bucketName };
      await aws.s3.getBucketLocation(request);
      try {
        await aws.plainS3.getBucketLocation(request);
      } catch (error) {
        if (isDenied(error)) return pass("a request over plain HTTP was refused, the same over TLS answered");
        throw new Skipped(`plain HTTP cannot be tried from here: ${errorLine(error)}`);
      }
      return fail("a request over plain HTTP was answered", repair(subject));
    },
  };
}
