import { errorLine, isDenied } from "../../aws/aws-errors";
import { type Check, fail, pass, type Verdict } from "../check";
import { repair } from "../subject";
import { type DataPath, probeNeeds, readerNeeds } from "./data-path";
import { awaitEvent, refuseFullQueue } from "./event-arrival";
import { refusalChecks } from "./refusal-checks";

/**
 * What really happens to a file on its way, and what is really refused: as Braintrust and as Snowflake where the caller
 * is trusted, with Snowflake's real key in `user` mode.
 */
export function dataPathChecks(path: DataPath): Check[] {
  return [writeCheck(path), ...eventCheck(path), readCheck(path), listCheck(path), ...refusalChecks(path)];
}

function writeCheck(path: DataPath): Check {
  return {
    id: "data/write",
    title: "Braintrust's role writes below the prefix",
    needs: ["sts:AssumeRole", ...probeNeeds(path)],
    run: async ({ signal }) => {
      const { who } = await path.writer();
      return allowed(path.writerProbe(signal), ({ key }) => `${who} put ${key}`, who, path);
    },
  };
}

function eventCheck(path: DataPath): Check[] {
  const { notificationQueueUrl: url } = path.subject.outputs;
  if (url === undefined) return [];
  return [
    {
      id: "data/event",
      title: "The event of a new file arrives in the stack's queue",
      needs: [
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        ...probeNeeds(path),
      ],
      timeoutMs: 45_000,
      run: async ({ signal }) => {
        await refuseFullQueue(path.aws.sqs, url);
        const { key } = await path.probe(signal);
        return awaitEvent(path.aws.sqs, url, key, signal);
      },
    },
  ];
}

function readCheck(path: DataPath): Check {
  return {
    id: "data/read",
    title: "Snowflake's reader reads what was written",
    needs: [...readerNeeds(path), ...probeNeeds(path)],
    run: async ({ signal }) => {
      const { s3, who } = await path.reader();
      const { key, who: writer } = await path.probe(signal);
      const read = s3.getObject({ Bucket: path.subject.outputs.bucketName, Key: key });
      return allowed(read, () => `${who} read what ${writer} put`, who, path);
    },
  };
}

function listCheck(path: DataPath): Check {
  const { bucketName, exportPrefix } = path.subject.outputs;
  return {
    id: "data/list",
    title: "Snowflake's reader lists the prefix",
    needs: readerNeeds(path),
    run: async () => {
      const { s3, who } = await path.reader();
      const list = s3.listObjectsV2({ Bucket: bucketName, Prefix: exportPrefix, MaxKeys: 1 });
      return allowed(list, () => `${who} listed ${exportPrefix}`, who, path);
    },
  };
}

/** A refusal of the pipeline's own identity is a failure: the caller lacks nothing. */
async function allowed<Answer>(
  attempt: Promise<Answer>,
  evidence: (answer: Answer) => string,
  who: string,
  { subject }: DataPath,
): Promise<Verdict> {
  try {
    return pass(evidence(await attempt));
  } catch (error) {
    if (isDenied(error)) return fail(`${who} was refused: ${errorLine(error)}`, repair(subject));
    throw error;
  }
}
