import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as os from "node:os";
import * as path from "node:path";
import { credentials } from "@grpc/grpc-js";
import { version as AWS_VERSION } from "@pulumi/aws/package.json";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A resource's inputs or outputs, as the state has them. */
export type Properties = Readonly<Record<string, unknown>>;

/** A resource that exists, as a state has it. */
export interface Existing {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** A message may be as large as a provider's whole schema. */
const MESSAGE_BYTES = 512 * 1024 * 1024;

/** The AWS provider's process, asked as the engine asks it. */
export class ProviderPlugin {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: ResourceProviderClient,
  ) {}

  /** Starts the plugin where the engine keeps it. */
  public static async start(): Promise<ProviderPlugin> {
    const home = process.env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi");
    const binary = path.join(home, "plugins", `resource-aws-v${AWS_VERSION}`, "pulumi-resource-aws");
    // The engine's address, which the plugin wants for its log: there is none here.
    const child = spawn(binary, ["127.0.0.1:0"], { stdio: ["ignore", "pipe", "ignore"] });
    const [port] = await once(child.stdout, "data");
    const client = new ResourceProviderClient(
      `127.0.0.1:${String(port).trim()}`,
      credentials.createInsecure(),
      {
        "grpc.max_receive_message_length": MESSAGE_BYTES,
        "grpc.max_send_message_length": MESSAGE_BYTES,
      },
    );
    return new ProviderPlugin(child, client);
  }

  /** Gives it the settings that a state has of a provider. */
  public async configure(settings: Properties): Promise<void> {
    const request = new messages.ConfigureRequest().setArgs(struct(settings));
    request.setAcceptsecrets(false).setAcceptresources(false);
    for (const [key, value] of Object.entries(settings)) {
      request.getVariablesMap().set(`aws:config:${key}`, String(value));
    }
    await new Promise<messages.ConfigureResponse>((resolve, reject) => {
      this.client.configure(request, (error, response) => (error ? reject(error) : resolve(response)));
    });
  }

  /**
   * The properties for which an update to other inputs would replace the resource. Where the provider's check refuses those
   * inputs, its diff still says so.
   */
  public async replaces(existing: Existing, news: Properties): Promise<readonly string[]> {
    const checked = await this.check(existing, news);
    const request = new messages.DiffRequest()
      .setId(existing.id)
      .setUrn(existing.urn)
      .setOlds(struct(existing.outputs))
      .setOldInputs(struct(existing.inputs))
      .setNews(checked);
    const response = await new Promise<messages.DiffResponse>((resolve, reject) => {
      this.client.diff(request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
    return response.getReplacesList();
  }

  public async version(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.client.getPluginInfo(new Empty(), (error, info) =>
        error ? reject(error) : resolve(info.getVersion()),
      );
    });
  }

  public stop(): void {
    this.client.close();
    this.child.kill();
  }

  private async check({ urn, inputs }: Existing, news: Properties): Promise<Struct> {
    const request = new messages.CheckRequest().setUrn(urn).setOlds(struct(inputs)).setNews(struct(news));
    const response = await new Promise<messages.CheckResponse>((resolve, reject) => {
      this.client.check(request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
    const refused = response.getFailuresList().length > 0;
    return (refused ? undefined : response.getInputs()) ?? struct(news);
  }
}

function struct(properties: Properties): Struct {
  return Struct.fromJavaScript(properties as Record<string, JavaScriptValue>);
}
