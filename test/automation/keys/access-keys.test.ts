import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AwsCallError } from "../../../automation/aws/aws-call";
import { keyIdIn, keyService, userOf } from "../../../automation/keys/access-keys";
import { usageOf } from "../../../automation/keys/rotate-keys";

const urn = (type: string, name: string) => `urn:pulumi:dev::braintrust-snowflake::${type}::${name}`;
const resource = (type: string, name: string, id: string, condemned = false) => ({
  type,
  urn: urn(`parent$${type}`, name),
  id,
  delete: condemned,
});
const SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:reader";
const state = {
  resources: [
    resource("aws:iam/user:User", "pipeline-reader-user", "SnowflakeS3User-dev"),
    resource("aws:iam/accessKey:AccessKey", "pipeline-reader-user-key-first", "AKIA1"),
    resource("aws:iam/accessKey:AccessKey", "pipeline-reader-user-key-key-20261123", "AKIA2"),
    resource("aws:iam/accessKey:AccessKey", "pipeline-reader-user-key-first", "AKIA0", true),
    resource("aws:secretsmanager/secret:Secret", "pipeline-reader-user-secret", SECRET_ARN),
  ],
  pending: [],
};

describe("userOf", () => {
  it("finds the user, its generations and its secret in the state", () => {
    assert.deepEqual(userOf(state), {
      userName: "SnowflakeS3User-dev",
      generations: new Map([
        ["first", "AKIA1"],
        ["key-20261123", "AKIA2"],
        ["first (replaced: AKIA0)", "AKIA0"],
      ]),
      secretArn: SECRET_ARN,
    });
  });

  it("finds none in a stack whose Snowflake assumes a role", () => {
    assert.equal(userOf({ resources: [], pending: [] }), undefined);
  });
});

describe("usageOf", () => {
  it("tells what AWS has, what it lost, and what is not the stack's", () => {
    const live = { status: "Active" as const, created: new Date() };
    const generations = new Map([
      ["first", "AKIA1"],
      ["second", "AKIA2"],
    ]);
    const keys = [
      { ...live, id: "AKIA2" },
      { ...live, id: "AKIA9" },
    ];
    assert.deepEqual(usageOf(generations, keys, "AKIA2"), {
      generations: new Map<string, unknown>([
        ["first", "gone"],
        ["second", keys[0]],
      ]),
      inSecret: "second",
      unmanaged: ["AKIA9"],
    });
    assert.equal(usageOf(generations, keys, "AKIA9").inSecret, undefined);
  });
});

describe("keyIdIn", () => {
  it("reads the id alone, and takes anything else for no key", () => {
    assert.equal(keyIdIn('{"accessKeyId":"AKIA1","secretAccessKey":"canary"}'), "AKIA1");
    for (const other of [undefined, "", "canary", "null", '"AKIA1"', '{"accessKeyId":1}']) {
      assert.equal(keyIdIn(other), undefined);
    }
  });
});

describe("keyService", () => {
  let server: Server;
  let answer: (action: string, body: string) => { status?: number; body: string };
  const service = () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const values = {
      "aws:region": "us-east-1",
      "aws:accessKey": "AKIATEST",
      "aws:secretKey": "test",
      "aws:endpoints": [{ iam: url, secretsmanager: url }],
    };
    return keyService({ stack: "dev", values, encrypted: [], environments: [] });
  };

  before(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const target = request.headers["x-amz-target"];
      const action = typeof target === "string" ? target : (new URLSearchParams(body).get("Action") ?? "");
      const { status = 200, body: text } = answer(action, body);
      response.writeHead(status, { "content-type": target ? "application/x-amz-json-1.1" : "text/xml" });
      response.end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it("reads each key with its last use", async () => {
    const member = (id: string, status: string) =>
      `<member><UserName>u</UserName><AccessKeyId>${id}</AccessKeyId><Status>${status}</Status>` +
      "<CreateDate>2026-11-01T10:00:00Z</CreateDate></member>";
    answer = (action, body) => {
      if (action === "ListAccessKeys") {
        assert.equal(new URLSearchParams(body).get("UserName"), "u");
        const members = member("AKIA1", "Inactive") + member("AKIA2", "Active");
        return {
          body: `<ListAccessKeysResponse><ListAccessKeysResult><AccessKeyMetadata>${members}</AccessKeyMetadata></ListAccessKeysResult></ListAccessKeysResponse>`,
        };
      }
      const used = body.includes("AKIA2") ? "" : "<LastUsedDate>2026-11-20T10:00:00Z</LastUsedDate>";
      return {
        body: `<GetAccessKeyLastUsedResponse><GetAccessKeyLastUsedResult><AccessKeyLastUsed>${used}<ServiceName>s3</ServiceName><Region>us-east-1</Region></AccessKeyLastUsed></GetAccessKeyLastUsedResult></GetAccessKeyLastUsedResponse>`,
      };
    };
    const created = new Date("2026-11-01T10:00:00Z");
    assert.deepEqual(await (await service()).keys("u"), [
      { id: "AKIA1", status: "Inactive", created, lastUsed: new Date("2026-11-20T10:00:00Z") },
      { id: "AKIA2", status: "Active", created },
    ]);
  });

  it("names the action that AWS refuses", async () => {
    answer = () => ({
      status: 403,
      body: "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>",
    });
    await assert.rejects((await service()).keys("u"), (error) => {
      assert.ok(error instanceof AwsCallError);
      assert.deepEqual([error.action, error.refused], ["iam:ListAccessKeys", true]);
      assert.equal(error.message, "AWS refused iam:ListAccessKeys: not authorized; grant it to the caller");
      return true;
    });
  });

  it("reads the id of the key in the secret, and none where the secret has no value yet", async () => {
    answer = (action) => {
      assert.equal(action, "secretsmanager.GetSecretValue");
      const SecretString = JSON.stringify({ accessKeyId: "AKIA1", secretAccessKey: "canary" });
      return { body: JSON.stringify({ ARN: SECRET_ARN, SecretString }) };
    };
    assert.equal(await (await service()).keyInSecret(SECRET_ARN), "AKIA1");
    answer = () => ({
      status: 400,
      body: JSON.stringify({ __type: "ResourceNotFoundException", Message: "no value for AWSCURRENT" }),
    });
    assert.equal(await (await service()).keyInSecret(SECRET_ARN), undefined);
    answer = () => ({
      status: 400,
      body: JSON.stringify({ __type: "AccessDeniedException", Message: "no" }),
    });
    await assert.rejects(
      (await service()).keyInSecret(SECRET_ARN),
      /AWS refused secretsmanager:GetSecretValue: no/,
    );
  });
});
