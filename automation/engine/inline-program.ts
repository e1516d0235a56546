import "../../promise-traces";
import * as pulumi from "@pulumi/pulumi";
import { grpcClientOptions, languageServer } from "./sdk-internals";

/** A program for the Automation API that says whether it came to its end. */
export interface InlineProgram {
  (): Promise<pulumi.Inputs>;
  /** Whether the engine knows of all that the last run's outputs depend on; in a preview, of the pipeline at least. */
  completed: boolean;
  /** When the engine must have taken in the pipeline of a run. */
  deadline?: NodeJS.Timeout;
}

/** What is reported to the engine of a run whose connection to it was lost. */
export const CONNECTION_LOST =
  "the program lost its connection to the engine: nothing may be concluded from it";

/** Whether an error of the engine's reports such a run, by these words or by those of the SDK's gRPC. */
export function lostConnection(message: string): boolean {
  return message.includes(CONNECTION_LOST) || message.includes("14 UNAVAILABLE: No connection established");
}

/** What a program has built. */
export interface BuiltProgram {
  /** The root of all that it registers. */
  readonly pipeline: pulumi.ComponentResource;
  /** Of the stack. */
  readonly outputs: pulumi.Inputs;
}

/** A program that builds the pipeline. */
export function inlineProgram(build: () => BuiltProgram): InlineProgram {
  guardLanguageServer();
  connectDirectly();
  const program = async () => {
    program.completed = false;
    const { pipeline, outputs } = build();
    await registered(pipeline, program);
    // Outputs of resources that are still to be made are not known to a preview.
    const awaited = pulumi.runtime.isDryRun() ? [pipeline.urn] : [pipeline.urn, ...Object.values(outputs)];
    pulumi.all(awaited).apply(() => {
      program.completed = true;
    });
    return outputs;
  };
  program.completed = false;
  return program;
}

/** Milliseconds that the engine has to take the pipeline in. */
const REGISTRATION_MS = 60_000;

/** The engine deletes what a program that ends has not named; so the program does not end before it is heard. */
async function registered({ urn }: pulumi.Resource, program: InlineProgram): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    program.deadline = setTimeout(() => reject(new Error(CONNECTION_LOST)), REGISTRATION_MS);
    urn.apply(() => {
      clearTimeout(program.deadline);
      resolve();
    });
  });
}

/**
 * Every run has an engine of its own on loopback, and ports are used again. By default gRPC keeps what it knows of an address for
 * the whole process, so that a new engine would be mistaken for an earlier one that has ended; and it sends loopback through the
 * environment's proxy (grpc.use_local_subchannel_pool, grpc.enable_http_proxy in PACKAGE-README of @grpc/grpc-js).
 */
function connectDirectly(): void {
  grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
  grpcClientOptions["grpc.enable_http_proxy"] = 0;
}

let guarded = false;

/**
 * The SDK takes a program that cannot reach the engine for one that ended well (automation/server.js drops errors for
 * which isGrpcError holds), and the engine then deletes every resource that the program did not name. Here such a run
 * fails, and nothing is deleted.
 */
function guardLanguageServer(): void {
  if (guarded) return;
  guarded = true;
  const { run, onPulumiExit } = languageServer;
  languageServer.run = function (call, callback) {
    return run.call(this, call, (error, response) => {
      const lost = isInlineProgram(this.program) && !this.program.completed;
      if (error || !lost) callback(error, response);
      else callback(new Error(CONNECTION_LOST));
    });
  };
  languageServer.onPulumiExit = function (hasError) {
    // Nobody receives the error of a deadline after that: it would end this process, or keep it from ending until then.
    if (isInlineProgram(this.program)) clearTimeout(this.program.deadline);
    onPulumiExit.call(this, hasError);
  };
}

function isInlineProgram(program: () => Promise<pulumi.Inputs>): program is InlineProgram {
  return "completed" in program;
}
