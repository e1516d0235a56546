import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { S3 } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";
import { clientSettings } from "../../../automation/aws/client-settings";
import { SilentServer } from "./silent-server";

const VARIABLES = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"] as const;

describe("clientSettings", () => {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  beforeEach(() => {
    for (const name of VARIABLES) delete process.env[name];
  });
  after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it("takes the environment's keys before its profile, as the provider does", () => {
    setKeys();
    process.env.AWS_PROFILE = "other";
    assert.deepEqual(credentials(), { accessKeyId: "AKIAENV", secretAccessKey: "env" });
    process.env.AWS_SESSION_TOKEN = "token";
    assert.deepEqual(credentials(), {
      accessKeyId: "AKIAENV",
      secretAccessKey: "env",
      sessionToken: "token",
    });
  });

  it("takes the stack's keys before the environment's", () => {
    setKeys();
    const stack = { "aws:accessKey": "AKIASTACK", "aws:secretKey": "stack" };
    assert.deepEqual(credentials(stack), { accessKeyId: "AKIASTACK", secretAccessKey: "stack" });
  });

  it("leaves the rest to the SDK: a profile the stack names, or no keys at all", () => {
    assert.equal(credentials(), undefined);
    setKeys();
    assert.equal(credentials({ "aws:profile": "prod" }), undefined);
    assert.equal(client({ "aws:profile": "prod" }).profile, "prod");
  });

  it("takes numbers and flags for texts, as the engine does", () => {
    for (const profile of [123456789012, true]) {
      const { profile: taken, region } = clientSettings(
        { values: { "aws:profile": profile, "aws:region": 5 } },
        "s3",
      );
      assert.deepEqual([taken, region], [String(profile), "5"]);
    }
  });

  it("leads to no warning on Node 20, of which the SDK itself warns", async () => {
    const own = Object.getOwnPropertyDescriptor(process, "version") ?? assert.fail();
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on("warning", warned);
    Object.defineProperty(process, "version", { ...own, value: "v20.20.2" });
    try {
      new STS(clientSettings({ values: { "aws:region": "us-east-1" } }, "sts"));
      await setImmediate();
    } finally {
      Object.defineProperty(process, "version", own);
      process.off("warning", warned);
    }
    assert.deepEqual(warnings, []);
  });

  it("ends a call that is not answered in time", async () => {
    const server = new SilentServer();
    const endpoint = await server.start();
    try {
      setKeys();
      const { requestHandler, ...settings } = client({
        "aws:region": "us-east-1",
        "aws:endpoints": [{ s3: endpoint }],
      });
      const s3 = new S3({
        ...settings,
        maxAttempts: 1,
        requestHandler: { ...requestHandler, requestTimeout: 50 },
      });
      await assert.rejects(s3.listBuckets(), { name: "TimeoutError" });
    } finally {
      server.stop();
    }
  });
});

function setKeys(): void {
  process.env.AWS_ACCESS_KEY_ID = "AKIAENV";
  process.env.AWS_SECRET_ACCESS_KEY = "env";
}

function client(values: Readonly<Record<string, unknown>> = {}) {
  return clientSettings({ values }, "s3");
}

function credentials(values?: Readonly<Record<string, unknown>>) {
  return client(values).credentials;
}
