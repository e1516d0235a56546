import * as http from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { close, listen } from "../loopback";

/** A stack's state as the service stores it. */
export interface StoredState {
  readonly version: number;
  readonly deployment: { readonly resources: readonly object[] };
}

/**
 * As much of Pulumi Cloud's API as reads and imports the versions of one stack
 * (pulumi.com/docs/reference/cloud-rest-api, and client.go in pkg/backend/httpstate of github.com/pulumi/pulumi).
 */
export class FakePulumiCloud {
  private readonly server = http.createServer((request, response) => void this.answer(request, response));
  public url = "";

  /** @param versions of the stack, the oldest first: version 1, 2 and so on. */
  public constructor(
    private readonly stack: {
      readonly organization: string;
      readonly project: string;
      readonly name: string;
    },
    public readonly versions: StoredState[],
  ) {}

  public async start(): Promise<void> {
    this.url = await listen(this.server);
  }

  public stop(): void {
    close(this.server);
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const bytes = await buffer(request);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
    const found = this.found(request.method ?? "", request.url?.split("?")[0] ?? "", `${body}`);
    response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(found ?? { code: 404, message: "not found" }));
  }

  private found(method: string, place: string, body: string): unknown {
    const { organization, project, name } = this.stack;
    const stack = `/api/stacks/${organization}/${project}/${name}`;
    const version = this.versions.length;
    if (place === "/api/user") {
      return { githubLogin: organization, organizations: [{ githubLogin: organization }] };
    }
    if (place === "/api/capabilities") return { capabilities: [] };
    if (place === "/api/user/organizations/default") return { defaultOrganization: organization };
    if (!place.startsWith(stack)) return undefined;
    const rest = place.slice(stack.length);
    if (rest === "")
      return { orgName: organization, projectName: project, stackName: name, tags: {}, version };
    if (rest === "/updates") return { updates: this.versions.map((_, index) => update(index + 1)).reverse() };
    if (rest === "/import" && method === "POST") {
      this.versions.push(JSON.parse(body));
      return { updateId: `import-${version + 1}` };
    }
    if (rest.startsWith("/update/")) return { status: "succeeded", events: [] };
    const [, wanted] = /^\/export(?:\/(\d+))?$/.exec(rest) ?? [undefined, "none"];
    return this.versions[Number(wanted ?? version) - 1];
  }
}

function update(version: number): object {
  const endTime = Date.UTC(2026, 10, version) / 1000;
  return { kind: "update", version, startTime: endTime - 60, endTime, result: "succeeded", config: {} };
}
