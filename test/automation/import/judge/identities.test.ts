import assert from "node:assert/strict";
import {
  ACCOUNT,
  bucket,
  imported,
  judged,
  policy,
  role,
  said,
  targetOf,
  trusting,
  user,
  written,
} from "../found";

const NAME = "northwind-llm-traces";
const bt = trusting("arn:aws:iam::872608195481:root", "bt:org-9:*");
const sf = trusting("arn:aws:iam::444455556666:user/k8ds0000-s", "NW12345_SFCRole=3_x=");

describe("roles, user and policies that were created by hand", () => {
  it("are imported by their names, with the trust that they have", () => {
    const writes = policy("bt-write", NAME);
    const reads = policy("sf-read", NAME, { roles: ["sf-reader"] });
    const judgement = judged({
      bucket: bucket(),
      exportRole: role("bt-writer", bt, { attached: [writes] }),
      exportPolicy: writes,
      readerRole: role("sf-reader", sf, { attached: [reads] }),
      readPolicy: reads,
    });
    assert.deepEqual(imported(judgement).slice(5), [
      "pipeline-braintrust bt-writer",
      `pipeline-braintrust-policy arn:aws:iam::${ACCOUNT}:policy/bt-write`,
      `pipeline-braintrust-attachment bt-writer/arn:aws:iam::${ACCOUNT}:policy/bt-write`,
      "pipeline-snowflake sf-reader",
      `pipeline-snowflake-policy arn:aws:iam::${ACCOUNT}:policy/sf-read`,
      `pipeline-snowflake-attachment sf-reader/arn:aws:iam::${ACCOUNT}:policy/sf-read`,
    ]);
    assert.deepEqual(written(judgement), {
      bucketName: NAME,
      "iam.names.braintrustRole": "bt-writer",
      "braintrust.accountId": "872608195481",
      "braintrust.orgId": "org-9",
      "iam.names.exportPolicy": "bt-write",
      "snowflake.access": "role",
      "iam.names.snowflakeRole": "sf-reader",
      "snowflake.iamUserArn": "arn:aws:iam::444455556666:user/k8ds0000-s",
      "snowflake.externalId": "NW12345_SFCRole=3_x=",
      "iam.names.readPolicy": "sf-read",
    });
    assert.deepEqual(said(judgement, "warn"), []);
  });

  it("leave what the settings say, and say where the account has something else", () => {
    const target = targetOf({
      "braintrust-snowflake:braintrust": { accountId: "872608195481", orgId: "other" },
    });
    const judgement = judged({ exportRole: role("BraintrustExportRole", bt) }, target);
    assert.equal(written(judgement)["braintrust.orgId"], undefined);
    assert.match(said(judgement, "warn").join(), /another braintrust\.orgId than the settings: "org-9"/);
  });

  it("say that a wrong external id is replaced", () => {
    const wrong = trusting("arn:aws:iam::872608195481:root", "northwind");
    const judgement = judged({ exportRole: role("BraintrustExportRole", wrong) });
    assert.match(said(judgement, "warn").join(), /its external id, northwind, is not one of Braintrust's/);
  });

  it("say which inline and which other policies stay", () => {
    const admin = { arn: "arn:aws:iam::aws:policy/AmazonS3FullAccess", name: "AmazonS3FullAccess" };
    const judgement = judged({ exportRole: role("r", bt, { inline: ["write"], attached: [admin] }) });
    const [inline, attached] = judgement.findings.filter(({ verdict }) => verdict === "warn");
    assert.match(inline?.fix ?? "", /aws iam delete-role-policy --role-name r --policy-name write`/);
    assert.match(
      attached?.fix ?? "",
      /aws iam detach-role-policy --role-name r --policy-arn arn:aws:iam::aws:policy/,
    );
  });

  it("say that a key cannot be imported, and refuse a user whose two keys leave no room for another", () => {
    const one = judged({ user: user("SnowflakeS3User", { keyIds: ["AKIA1"] }) });
    assert.match(said(one, "warn").join(), /key AKIA1: cannot be imported/);
    const two = judged({ user: user("SnowflakeS3User", { keyIds: ["AKIA1", "AKIA2"] }) });
    assert.match(said(two, "fail").join(), /AKIA1 and AKIA2: IAM allows two/);
    assert.equal(written(one)["snowflake.access"], "user");
  });

  it("take the user or the role, by the settings, by who has the policy, and refuse to choose otherwise", () => {
    const reads = policy("sf-read", NAME);
    const both = { user: user("u"), readerRole: role("r", sf), readPolicy: reads };
    assert.match(said(judged(both), "fail").join(), /both the user u and the role r/);
    const held = { ...both, readerRole: role("r", sf, { attached: [reads] }) };
    assert.ok(imported(judged(held)).includes("pipeline-snowflake r"));
    const target = targetOf({ "braintrust-snowflake:snowflake": { access: "user" } });
    const judgement = judged(held, target);
    assert.ok(imported(judgement).includes("pipeline-snowflake-user u"));
    assert.match(said(judgement, "warn").join(), /role r: not imported: snowflake.access is user/);
  });

  it("keep a path that they share, and are refused where they have several", () => {
    const judgement = judged({ exportRole: role("r", bt, { path: "/data/" }) });
    assert.equal(written(judgement)["iam.path"], "/data/");
    const several = judged({ exportRole: role("r", bt, { path: "/data/" }), user: user("u") });
    assert.match(said(several, "fail").join(), /r \/data\/, u \//);
  });

  it("keep a permissions boundary, and say so where not all have it", () => {
    const boundaryArn = `arn:aws:iam::${ACCOUNT}:policy/edge`;
    const all = { exportRole: role("r", bt, { boundaryArn }), user: user("u", { boundaryArn }) };
    assert.equal(written(judged(all))["iam.permissionsBoundaryArn"], boundaryArn);
    assert.deepEqual(said(judged(all), "warn"), []);
    assert.match(said(judged({ ...all, user: user("u") }), "warn").join(), /boundary of the settings/);
  });

  it("of another pipeline are left out under the guide's names, and imported by their options", () => {
    const writes = policy("BraintrustS3ExportPolicy", "another-bucket");
    const found = {
      bucket: bucket(),
      exportPolicy: writes,
      exportRole: role("BraintrustExportRole", bt, { attached: [writes] }),
    };
    const judgement = judged(found);
    assert.ok(!imported(judgement).some((one) => one.startsWith("pipeline-braintrust")));
    assert.match(
      said(judgement, "skipped").join(),
      /policy BraintrustS3ExportPolicy: not imported: it is about the bucket another-bucket/,
    );
    const given = { exportRole: "BraintrustExportRole", exportPolicy: "BraintrustS3ExportPolicy" };
    assert.ok(
      imported(judged(found, targetOf(), given)).includes("pipeline-braintrust BraintrustExportRole"),
    );
  });
});
