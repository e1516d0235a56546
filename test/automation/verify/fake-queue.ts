import type { SqsCalls } from "../../../automation/verify/clients";
import type { Subject } from "../../../automation/verify/subject";
import type { Live } from "./live-account";

/** A call that a test did not plan for fails it. */
export function strict<Calls extends object>(service: string, calls: Partial<Calls>): Calls {
  return new Proxy(calls as Calls, {
    get: (target, name) => {
      const call: unknown = Reflect.get(target, name);
      if (call === undefined) throw new Error(`${service}.${String(name)} was not planned`);
      return call;
    },
  });
}

/** An error as the SDK throws it, told apart by its name. */
export function awsError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

/** A queue in which messages are hidden while somebody has them. */
export class FakeQueue {
  public readonly messages: { Body: string; handle: string; hidden: boolean }[] = [];
  public readonly deleted: string[] = [];
  private handles = 0;

  public constructor(private readonly subject: Pick<Subject, "outputs">) {}

  public send(body: unknown): void {
    this.handles += 1;
    this.messages.push({ Body: JSON.stringify(body), handle: `h${this.handles}`, hidden: false });
  }

  public calls(live: Pick<Live, "queue" | "deadLetterQueue" | "deadLetters">): SqsCalls {
    const at = (handle: string | undefined) => this.messages.findIndex((each) => each.handle === handle);
    return strict<SqsCalls>("sqs", {
      getQueueUrl: async ({ QueueName }) => ({ QueueUrl: `https://sqs/${QueueName}` }),
      getQueueAttributes: async ({ QueueUrl }) =>
        QueueUrl === this.subject.outputs.notificationQueueUrl
          ? {
              Attributes: { ...live.queue, ApproximateNumberOfMessages: String(this.messages.length) },
            }
          : {
              Attributes: { ...live.deadLetterQueue, ApproximateNumberOfMessages: String(live.deadLetters) },
            },
      receiveMessage: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        const visible = this.messages.filter(({ hidden }) => !hidden).slice(0, 10);
        for (const message of visible) message.hidden = true;
        return { Messages: visible.map(({ Body, handle }) => ({ Body, ReceiptHandle: handle })) };
      },
      deleteMessage: async ({ ReceiptHandle }) => {
        const [message] = this.messages.splice(at(ReceiptHandle), 1);
        if (message !== undefined) this.deleted.push(message.Body);
        return {};
      },
      changeMessageVisibility: async ({ ReceiptHandle, VisibilityTimeout }) => {
        const message = this.messages[at(ReceiptHandle)];
        if (message !== undefined && VisibilityTimeout === 0) message.hidden = false;
        return {};
      },
    });
  }
}
