import type { Message, SQS } from "@aws-sdk/client-sqs";
import { fail, pass, Skipped, skip, type Verdict } from "../check";

/** Seconds that a received message stays hidden, if its release should fail. */
const HIDDEN_SECONDS = 30;
/** Seconds that one look waits for a message. */
const WAIT_SECONDS = 2;
/** S3's events come within seconds as a rule. */
const LOOKS = 10;
/** Receiving delivers others' messages too, and the queue moves a message to the dead-letter queue after five deliveries. */
const MOST_WAITING = 10;

/**
 * How many messages wait in the queue, before the probe is put.
 *
 * @throws Skipped where there are too many to look through.
 */
export async function refuseFullQueue(sqs: SQS, QueueUrl: string): Promise<void> {
  const { Attributes } = await sqs.getQueueAttributes({
    QueueUrl,
    AttributeNames: ["ApproximateNumberOfMessages"],
  });
  const waiting = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  if (waiting <= MOST_WAITING) return;
  throw new Skipped(
    `${waiting} messages wait in the queue, and looking through them would count as a delivery of each`,
    "let their consumer read them, or purge what nobody needs, and run it again",
  );
}

/**
 * Waits for the event of an object. Deletes its message, and S3's own test messages, which S3 sends whenever a
 * notification is set and which would end as dead letters; everybody else's messages are made visible again.
 */
export async function awaitEvent(
  sqs: SQS,
  QueueUrl: string,
  key: string,
  signal: AbortSignal,
): Promise<Verdict> {
  const others: Message[] = [];
  const began = Date.now();
  try {
    for (let look = 0; look < LOOKS && !signal.aborted; look += 1) {
      const { Messages = [] } = await sqs.receiveMessage({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: WAIT_SECONDS,
        VisibilityTimeout: HIDDEN_SECONDS,
      });
      const ours = Messages.filter((message) => keysOf(message).includes(key));
      const done = [...ours, ...Messages.filter(isTest)];
      others.push(...Messages.filter((message) => !done.includes(message)));
      for (const { ReceiptHandle } of done) await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
      if (ours.length > 0)
        return pass(`its event was in the queue after ${seconds(began)} s${alsoReceived(others)}`);
    }
    if (signal.aborted) return skip("interrupted before the event came");
    return fail(
      `no event within ${seconds(began)} s${alsoReceived(others)}`,
      "see the checks of events above; a consumer that reads this queue may have taken it first",
    );
  } finally {
    await Promise.allSettled(
      others.map(({ ReceiptHandle }) =>
        sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
      ),
    );
  }
}

function alsoReceived(others: readonly Message[]): string {
  return others.length === 0 ? "" : `; ${others.length} other messages were seen and put back`;
}

function seconds(began: number): number {
  return Math.ceil((Date.now() - began) / 1000);
}

function isTest(message: Message): boolean {
  return body(message).Event === "s3:TestEvent";
}

/** Keys of the objects that a message speaks of; S3 writes them as forms do, blanks as "+". */
export function keysOf(message: Message): string[] {
  const { Records } = body(message);
  if (!Array.isArray(Records)) return [];
  return (Records as { s3?: { object?: { key?: unknown } } }[]).flatMap((record) => {
    const key = record?.s3?.object?.key;
    return typeof key === "string" ? [decoded(key)] : [];
  });
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key;
  }
}

function body({ Body = "{}" }: Message): { Event?: unknown; Records?: unknown } {
  try {
    const parsed: unknown = JSON.parse(Body);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
