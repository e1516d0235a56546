import type { SQS } from "@aws-sdk/client-sqs";
import type { Subject } from "../../../automation/verify/subject";
import type { Live } from "./live-account";

/** Operations of a client of the SDK, without its callbacks and the metadata of its answers. */
type Operations<Client> = {
  [Name in keyof Client]?: Client[Name] extends {
    (input: infer Input, options?: never): Promise<infer Output>;
    (input: never, callback: never): void;
    (input: never, options: never, callback: never): void;
  }
    ? (input: Input) => Promise<Omit<Output, "$metadata">>
    : never;
};

/** A client of the SDK of which a test knows these operations: any other fails it. */
export function strict<Client extends object>(service: string, known: Operations<Client>): Client {
  return new Proxy(known as Client, {
    get: (target, name) => {
      const call: unknown = Reflect.get(target, name);
      if (call === undefined) throw new Error(`${service}.${String(name)} was not planned`);
      return call;
    },
  });
}

/** The same client with other operations. */
export function altered<Client extends object>(client: Client, operations: Operations<Client>): Client {
  return { ...client, ...operations };
}

/** An error as the SDK throws it, identified by its name. */
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

  public calls(live: Pick<Live, "queue" | "deadLetterQueue" | "deadLetters">): SQS {
    const at = (handle: string | undefined) => this.messages.findIndex((each) => each.handle === handle);
    return strict<SQS>("sqs", {
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
