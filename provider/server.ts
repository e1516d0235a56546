import { type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import type { Provider } from "@pulumi/pulumi/provider";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { errorLine } from "../automation/aws/aws-errors";
import { type Problem, type Properties, problemWords, type ResourceKind } from "./resource-kind";
import { serveWith } from "./sdk-internals";
import { markedAs, plainOf } from "./secrets";

/** What the provider is made of once the engine has configured it: by type. */
export type Kinds = (configuration: Properties) => Readonly<Record<string, ResourceKind>>;

/** Stands for an output that is not known yet (sdk/go/common/resource/plugin/rpc.go). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Serves the engine as a provider of custom resources, and of the components of another provider. */
export function serve(kinds: Kinds, components: Provider): Promise<void> {
  let known: ReturnType<Kinds> = {};
  const kindOf = (urn: string): ResourceKind => {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? urn;
    const kind = known[type];
    if (kind === undefined) throw new Error(`${type} is not a resource of this provider`);
    return kind;
  };
  const handlers = {
    // Without previews. Components need what is secret, and what is of which resource.
    configure: answering<proto.ConfigureRequest, proto.ConfigureResponse>(async (request) => {
      known = kinds(propertiesOf(request.getArgs()));
      return new proto.ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(true)
        .setAcceptoutputs(true);
    }),
    check: answering<proto.CheckRequest, proto.CheckResponse>(async (request) => {
      const inputs = propertiesOf(request.getNews());
      const problems = await problemsOf(kindOf(request.getUrn()), inputs, propertiesOf(request.getOlds()));
      const failures = problems.map((problem) =>
        new proto.CheckFailure().setProperty("bucket").setReason(problemWords(problem)),
      );
      return new proto.CheckResponse().setInputs(request.getNews()).setFailuresList(failures);
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
      const given = request.getProperties();
      const state = await kindOf(request.getUrn()).write(propertiesOf(given));
      return new proto.CreateResponse().setId(String(state.bucket)).setProperties(structOf(state, given));
    }),
    read: answering<proto.ReadRequest, proto.ReadResponse>(async (request) => {
      const before = request.getProperties();
      const state = await kindOf(request.getUrn()).read(propertiesOf(before));
      if (state === undefined) return new proto.ReadResponse();
      return new proto.ReadResponse()
        .setId(request.getId())
        .setProperties(structOf(state, before))
        .setInputs(request.getInputs());
    }),
    update: answering<proto.UpdateRequest, proto.UpdateResponse>(async (request) => {
      const olds = propertiesOf(request.getOlds());
      const given = request.getNews();
      const state = await kindOf(request.getUrn()).write(propertiesOf(given), olds);
      return new proto.UpdateResponse().setProperties(structOf(state, given));
    }),
    delete: answering<proto.DeleteRequest, Empty>(async (request) => {
      await kindOf(request.getUrn()).remove(propertiesOf(request.getProperties()));
      return new Empty();
    }),
  };
  return serveWith(handlers, components);
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

function propertiesOf(struct: Struct | undefined): Properties {
  return plainOf(struct?.toJavaScript() ?? {}) as Properties;
}

/** @param given what it was made of: a property that is secret there is so here. */
function structOf(properties: Properties, given: Struct | undefined): Struct {
  const marked = markedAs(given?.toJavaScript() ?? {}, properties);
  return Struct.fromJavaScript(marked as Parameters<typeof Struct.fromJavaScript>[0]);
}
