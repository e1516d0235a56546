import assert from "node:assert/strict";
import { S3 } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";
import { clientSettings, pathStyle } from "../../../automation/aws/client-settings";
import { proxiedFetch } from "../../../automation/proxies";
import { PROXY_VARIABLES, RecordingProxy } from "./recording-proxy";

const CALLER = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

const file = (values: Readonly<Record<string, unknown>>) => ({
  stack: "dev",
  values: {
    "aws:region": "eu-west-1",
    "aws:accessKey": "AKIATEST",
    "aws:secretKey": "secret",
    "aws:s3UsePathStyle": true,
    ...values,
  },
  encrypted: [],
  environments: [],
});

describe("a client of AWS, and a proxy in the environment", () => {
  const before = PROXY_VARIABLES.map((name) => [name, process.env[name]] as const);
  let proxy: RecordingProxy;
  let url: string;

  beforeEach(async () => {
    for (const name of PROXY_VARIABLES) delete process.env[name];
    proxy = new RecordingProxy(CALLER);
    url = await proxy.start();
  });
  afterEach(() => proxy.stop());
  after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const callSts = (values: Readonly<Record<string, unknown>>) =>
    new STS({ ...clientSettings(file(values), "sts"), maxAttempts: 1 }).getCallerIdentity({});

  it("opens a tunnel for https, for the services of AWS and for endpoints of the stack", async () => {
    process.env.https_proxy = url;
    await assert.rejects(callSts({}));
    const stack = file({ "aws:endpoints": [{ s3: "https://s3.corp.internal:8443" }] });
    const s3 = new S3({ ...clientSettings(stack, "s3"), forcePathStyle: pathStyle(stack), maxAttempts: 1 });
    await assert.rejects(s3.headBucket({ Bucket: "exports" }));
    assert.deepEqual(proxy.requests, [
      "CONNECT sts.eu-west-1.amazonaws.com:443",
      "CONNECT s3.corp.internal:8443",
    ]);
  });

  it("asks the proxy itself for http", async () => {
    process.env.HTTP_PROXY = url;
    const { Account } = await callSts({ "aws:endpoints": [{ sts: "http://sts.corp.internal" }] });
    assert.equal(Account, "111122223333");
    assert.deepEqual(proxy.requests, ["POST http://sts.corp.internal/"]);
  });

  it("goes straight to loopback, and to what NO_PROXY names", async () => {
    process.env.HTTP_PROXY = "http://127.0.0.1:1";
    const { Account } = await callSts({ "aws:endpoints": [{ sts: url }] });
    assert.equal(Account, "111122223333");
    Object.assign(process.env, { HTTPS_PROXY: url, NO_PROXY: "corp.internal" });
    await assert.rejects(callSts({ "aws:endpoints": [{ sts: "https://sts.corp.internal" }] }), {
      code: /^(ENOTFOUND|EAI_AGAIN)$/,
    });
    assert.ok(
      proxy.requests.every((request) => !request.startsWith("CONNECT")),
      proxy.requests.join(),
    );
  });

  it("takes the provider's own proxies before those of the environment", async () => {
    process.env.HTTPS_PROXY = "http://127.0.0.1:1";
    await assert.rejects(callSts({ "aws:httpProxy": url }));
    await assert.rejects(callSts({ "aws:httpsProxy": url, "aws:httpProxy": "http://127.0.0.1:1" }));
    assert.deepEqual(proxy.requests, Array(2).fill("CONNECT sts.eu-west-1.amazonaws.com:443"));
  });

  it("is one of Braintrust's API as well", async () => {
    process.env.HTTPS_PROXY = url;
    await assert.rejects(proxiedFetch("https://api.braintrust.dev/v1/project", {}));
    assert.deepEqual(proxy.requests, ["CONNECT api.braintrust.dev:443"]);
  });
});
