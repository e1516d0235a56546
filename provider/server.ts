import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { errorLine } from "../automation/aws/aws-errors";
import { type Problem, type Properties, problemWords, type ResourceKind } from "./resource-kind";

/** What the provider is made of once the engine has configured it: by type. */
export type Kinds = (configuration: Properties) => Readonly<Record<string, ResourceKind>>;

/** Stands for an output that is not known yet (sdk/go/common/resource/plugin/rpc.go). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * Serves the engine as a provider of custom resources. The SDK's own `provider.main` keeps the configuration to itself (its
 * `configure` of provider/server.js, 3.270.0), and who the caller is stands there.
 *
 * @returns the port on loopback, which the engine reads from standard output.
 */
export async function serve(kinds: Kinds): Promise<number> {
  let known: ReturnType<Kinds> = {};
  const kindOf = (urn: string): ResourceKind => {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? urn;
    const kind = known[type];
    if (kind === undefined) throw new Error(`${type} is not a resource of this provider`);
    return kind;
  };
  const server = new Server();
  server.addService(ResourceProviderService, {
    ...unsupported,
    getPluginInfo: answering<Empty, PluginInfo>(async () => new PluginInfo().setVersion("")),
    getSchema: answering<Empty, proto.GetSchemaResponse>(async () =>
      new proto.GetSchemaResponse().setSchema("{}"),
    ),
    cancel: answering<Empty, Empty>(async () => new Empty()),
    attach: answering<Empty, Empty>(async () => new Empty()),
    // Without secrets and previews: the engine then hands plain values over, and marks what comes back as they were.
    configure: answering<proto.ConfigureRequest, proto.ConfigureResponse>(async (request) => {
      known = kinds(withoutMarks(propertiesOf(request.getArgs())));
      return new proto.ConfigureResponse();
    }),
    check: answering<proto.CheckRequest, proto.CheckResponse>(async (request) => {
      const inputs = propertiesOf(request.getNews());
      const problems = await problemsOf(kindOf(request.getUrn()), inputs, propertiesOf(request.getOlds()));
      const failures = problems.map((problem) =>
        new proto.CheckFailure().setProperty("bucket").setReason(problemWords(problem)),
      );
      return new proto.CheckResponse().setInputs(structOf(inputs)).setFailuresList(failures);
    }),
    diff: answering<proto.DiffRequest, proto.DiffResponse>(async (request) => {
      const olds = propertiesOf(request.getOlds());
      const { changed, replaces } = kindOf(request.getUrn()).difference(
        olds,
        propertiesOf(request.getNews()),
      );
      const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
      return new proto.DiffResponse()
        .setChanges(changed || replaces.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setReplacesList([...replaces]);
    }),
    create: answering<proto.CreateRequest, proto.CreateResponse>(async (request) => {
      const state = await kindOf(request.getUrn()).write(propertiesOf(request.getProperties()));
      return new proto.CreateResponse().setId(String(state.bucket)).setProperties(structOf(state));
    }),
    read: answering<proto.ReadRequest, proto.ReadResponse>(async (request) => {
      const state = await kindOf(request.getUrn()).read(propertiesOf(request.getProperties()));
      if (state === undefined) return new proto.ReadResponse();
      return new proto.ReadResponse()
        .setId(request.getId())
        .setProperties(structOf(state))
        .setInputs(request.getInputs());
    }),
    update: answering<proto.UpdateRequest, proto.UpdateResponse>(async (request) => {
      const olds = propertiesOf(request.getOlds());
      const state = await kindOf(request.getUrn()).write(propertiesOf(request.getNews()), olds);
      return new proto.UpdateResponse().setProperties(structOf(state));
    }),
    delete: answering<proto.DeleteRequest, Empty>(async (request) => {
      await kindOf(request.getUrn()).remove(propertiesOf(request.getProperties()));
      return new Empty();
    }),
  });
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

/** What cannot be seen is left for the update to report. */
async function problemsOf(
  kind: ResourceKind,
  inputs: Properties,
  olds: Properties,
): Promise<readonly Problem[]> {
  if (JSON.stringify([inputs.bucket, inputs.owner, inputs.policy]).includes(UNKNOWN)) return [];
  return kind.problems(inputs, olds).catch(() => []);
}

type Handler<Request, Response> = (
  call: ServerUnaryCall<Request, Response>,
  callback: sendUnaryData<Response>,
) => void;

function answering<Request, Response>(
  answer: (request: Request) => Promise<Response>,
): Handler<Request, Response> {
  return ({ request }, callback) => {
    answer(request).then(
      (response) => callback(null, response),
      (error: unknown) => callback({ code: status.UNKNOWN, details: errorLine(error) }),
    );
  };
}

/** Methods that the engine does not need where they answer so. */
const unsupported = Object.fromEntries(
  Object.keys(ResourceProviderService).map((name): [string, Handler<unknown, unknown>] => [
    name,
    (_, callback) => callback({ code: status.UNIMPLEMENTED, details: `${name} is not supported` }),
  ]),
);

function propertiesOf(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

function structOf(properties: Properties): Struct {
  return Struct.fromJavaScript({ ...properties } as Parameters<typeof Struct.fromJavaScript>[0]);
}

/** Secrets of the configuration without the engine's mark around them: it always sends it. */
function withoutMarks(configuration: Properties): Properties {
  const plain = ([key, value]: [string, unknown]): [string, unknown] => [
    key,
    typeof value === "object" && value !== null && "value" in value ? value.value : value,
  ];
  return Object.fromEntries(Object.entries(configuration).map(plain));
}
