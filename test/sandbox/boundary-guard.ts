import * as fs from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { request } from "node:https";
import { close, listen } from "../loopback";

/** What makes an identity, and what could take its boundary away: IAM knows the key iam:PermissionsBoundary for these. */
const guarded = /^(Create|Put|Delete)(Role|User)(PermissionsBoundary)?$/;
const deletions = ["DeleteRole", "DeleteUser"];

/**
 * IAM in an organization whose policy denies iam:CreateRole, iam:CreateUser and changes of boundaries where iam:PermissionsBoundary
 * is not its own. The emulator has no such condition key, so this stands before it, judges the parameter of each request that AWS
 * fills the key from, and passes everything else on.
 * docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export class BoundaryGuard {
  /** Actions that were judged, and whether they passed. */
  public readonly judged: string[] = [];
  private readonly server = createServer((message, response) => void this.answer(message, response));

  public constructor(
    private readonly boundary: string,
    private readonly emulator: string,
  ) {}

  /** Returns the endpoint for IAM. */
  public start(): Promise<string> {
    return listen(this.server);
  }

  public stop(): void {
    close(this.server);
  }

  private async answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const parameters = new URLSearchParams(body.toString());
    const action = parameters.get("Action") ?? "";
    if (guarded.test(action) && !deletions.includes(action)) {
      const passes = parameters.get("PermissionsBoundary") === this.boundary;
      this.judged.push(`${action} ${passes ? "allowed" : "denied"}`);
      if (!passes) return refuse(response, action);
    }
    const { method, url, headers } = message;
    const ca = fs.readFileSync(process.env.AWS_CA_BUNDLE ?? "");
    // The host is part of what was signed, so it stays.
    const forwarded = request(new URL(url ?? "/", this.emulator), { method, headers, ca }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on("error", (error) => response.destroy(error));
    forwarded.end(body);
  }
}

function refuse(response: ServerResponse, action: string): void {
  response.writeHead(403, { "Content-Type": "text/xml" });
  response.end(
    `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: iam:${action} with an explicit deny</Message></Error><RequestId>guard</RequestId></ErrorResponse>`,
  );
}
