import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** A bucket's policy and notification as they were sent, of which S3 keeps one each. */
export interface Documents {
  readonly policy: string | undefined;
  readonly notification: string;
}

/** A write that waits until it is let go: before or after it is carried out. */
interface Hold {
  readonly document: keyof Documents;
  readonly carriedOut: boolean;
  readonly reached: () => void;
}

const nothing: Documents = {
  policy: undefined,
  notification:
    '<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></NotificationConfiguration>',
};

/** S3 with one bucket whose policy and notification several write. */
export class FakeS3 {
  /** What the bucket had after each change, the newest last. */
  public readonly history: Documents[] = [];
  private hold: Hold | undefined;
  /** Runs before a document is written, as another writer would. */
  public beforeWrite: (() => void) | undefined;

  private constructor(
    private readonly server: http.Server,
    private readonly bucket: string,
  ) {}

  /** Every other bucket has nothing. */
  public static async start(bucket: string): Promise<FakeS3> {
    const server = http.createServer();
    const s3 = new FakeS3(server, bucket);
    server.on("request", (request, response) => void s3.answer(request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return s3;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public get now(): Documents {
    return this.history.at(-1) ?? nothing;
  }

  public change(documents: Partial<Documents>): void {
    this.history.push({ ...this.now, ...documents });
  }

  /** Makes the next write of a document wait for ever, and resolves once it does. */
  public held(document: keyof Documents, carriedOut: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.hold = { document, carriedOut, reached: resolve };
    });
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://s3");
    const document = (["policy", "notification"] as const).find((name) => searchParams.has(name));
    if (document === undefined) {
      response.end("<ListVersionsResult></ListVersionsResult>");
    } else if (request.method === "GET") {
      const live = pathname.split("/")[1] === this.bucket ? this.now[document] : nothing[document];
      if (live === undefined) response.writeHead(404).end("<Error><Code>NoSuchBucketPolicy</Code></Error>");
      else response.end(live);
    } else {
      this.beforeWrite?.();
      const { hold } = this;
      const holds = hold?.document === document;
      if (holds) this.hold = undefined;
      if (!holds || hold?.carriedOut) {
        this.change({ [document]: request.method === "DELETE" ? undefined : body });
      }
      if (holds) hold?.reached();
      else response.writeHead(request.method === "DELETE" ? 204 : 200).end();
    }
  }
}
