import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { version } from "@pulumi/pulumi/package.json";
import * as engine from "../../automation/engine/sdk-internals";
import * as plan from "../../automation/plan/sdk-internals";
import * as settings from "../../components/settings/sdk-internals";

describe("what the SDK declares to nobody", () => {
  it("was checked against the version in use", () => {
    for (const { CHECKED_SDK } of [settings, engine, plan]) assert.equal(CHECKED_SDK, version);
  });

  it("says which keys of the configuration are encrypted", () => {
    pulumi.runtime.setAllConfig({ "a:plain": "1", "a:secret": "2" }, ["a:secret"]);
    assert.equal(settings.isConfigSecret("a:secret"), true);
    assert.equal(settings.isConfigSecret("a:plain"), false);
  });

  it("runs inline programs by a method that can be replaced", () => {
    assert.equal(engine.languageServer.run.length, 2, "call and callback");
    assert.match(String(engine.languageServer.run), /this\.program/);
  });

  it("calls a CLI whose version is given", () => {
    const { command, version: known } = engine.pulumiCommand("/opt/pulumi/bin/pulumi", "3.259.1");
    assert.deepEqual([command, known?.version], ["/opt/pulumi/bin/pulumi", "3.259.1"]);
  });

  it("has options that its gRPC clients are created with", () => {
    assert.equal(typeof engine.grpcClientOptions["grpc.max_receive_message_length"], "number");
  });

  it("mocks registrations by a method that can be extended", () => {
    assert.equal(plan.MockMonitor.prototype.registerResource.length, 2, "request and callback");
  });
});
