import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

type Asked = Readonly<Record<string, unknown>>;

/** Cost Explorer as far as the provider needs it to create what the program has there: the emulator has none. */
export class FakeCostExplorer {
  private constructor(private readonly server: http.Server) {}

  public static async start(): Promise<FakeCostExplorer> {
    const created = new Map<string, Asked>();
    const server = http.createServer(async (request, response) => {
      const action = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
      const asked = (await json(request)) as Asked;
      response.end(JSON.stringify(answer(action, asked, created)));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FakeCostExplorer(server);
  }

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

function answer(action: string, asked: Asked, created: Map<string, Asked>): unknown {
  const [, verb, kind = ""] = /^(Create|Get)Anomaly(Monitor|Subscription)s?$/.exec(action) ?? [];
  const list = `Anomaly${kind}s`;
  if (verb === "Create") {
    const arn = `arn:aws:ce::000000000000:anomaly${kind.toLowerCase()}/1`;
    created.set(list, {
      ...(asked[`Anomaly${kind}`] as Asked),
      [`${kind}Arn`]: arn,
      AccountId: "000000000000",
    });
    return { [`${kind}Arn`]: arn };
  }
  if (verb === "Get") return { [list]: [created.get(list)] };
  if (action === "UpdateCostAllocationTagsStatus") {
    created.set(action, (asked.CostAllocationTagsStatus as Asked[])[0] ?? {});
    return { Errors: [] };
  }
  if (action === "ListCostAllocationTags") {
    return {
      CostAllocationTags: [{ ...created.get("UpdateCostAllocationTagsStatus"), Type: "UserDefined" }],
    };
  }
  return { ResourceTags: [] };
}
