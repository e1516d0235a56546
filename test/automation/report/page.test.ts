import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { groups } from "../../../automation/controls/groups";
import type { PipelineOutputs } from "../../../automation/outputs";
import type { Answer } from "../../../automation/report/live/live-data";
import { escaped, html, prose } from "../../../automation/report/page/html";
import { reportPage } from "../../../automation/report/page/page";
import { dataOf, dataWith, HOSTILE, stacks } from "./stacks";

const pages = new Map<string, Promise<string>>();
const pageOf = (stack: string): Promise<string> => {
  const page = pages.get(stack) ?? dataOf(stack).then(reportPage);
  pages.set(stack, page);
  return page;
};

describe("html", () => {
  it("escapes text in elements and in quoted attributes, and leaves markup", () => {
    const name = `<b title="x">'&\``;
    assert.equal(
      html`<p title="${name}">${html`<i>${name}</i>`}${undefined}${false}${[1, "<"]}</p>`.markup,
      `<p title="&#60;b title=&#34;x&#34;&#62;&#39;&#38;&#96;"><i>&#60;b title=&#34;x&#34;&#62;&#39;&#38;&#96;</i>1&#60;</p>`,
    );
  });
  it("writes marks that turn text around, and control characters, as escapes", () => {
    assert.equal(escaped("a\u202Eb\u2067c\u001b[31m"), "a\\u202eb\\u2067c\\u001b[31m");
  });
  it("makes code of what stands between backticks, and no markup of it", () => {
    assert.equal(prose("run `a <b>` now").markup, "run <code>a &#60;b&#62;</code> now");
  });
});

describe("the reviewer's page", () => {
  it("allows its own style and script alone, by their hashes, and nothing from anywhere", async () => {
    const page = await pageOf("acme-prod");
    const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const rules = policy.replaceAll("&#39;", "'").split("; ");
    assert.deepEqual(
      rules.filter((rule) => !rule.startsWith("s")),
      ["default-src 'none'", "img-src data:", "base-uri 'none'", "form-action 'none'"],
    );
    for (const element of ["style", "script"]) {
      const [, text = ""] = new RegExp(`<${element}>([\\s\\S]*?)</${element}>`).exec(page) ?? [];
      const hash = createHash("sha256").update(text).digest("base64");
      assert.ok(text.length > 500 && rules.includes(`${element}-src 'sha256-${hash}'`), element);
    }
    assert.doesNotMatch(
      page,
      /\s(?:src|srcset|style|on\w+)=|url\(|@import|<(?:link(?! rel="icon" href="data:,")|iframe|img|object)/,
    );
  });

  it("escapes what settings say", async () => {
    for (const stack of ["acme-prod", "by-user"]) {
      const page = await pageOf(stack);
      assert.match(page, /(?:&#60;|&lt;)script(?:&#62;|&gt;)document/);
      assert.ok(!page.includes(HOSTILE), stack);
      assert.doesNotMatch(page, /[\u202A-\u202E\u2066-\u2069]/);
    }
  });

  it("has no value that the settings keep encrypted, and no placeholder of an access key but its name", async () => {
    const secret = "AAABAGNhbmFyeQ==";
    const secure = { secure: secret };
    const page = await reportPage(
      await dataWith("acme-prod", {
        ...stacks["acme-prod"],
        braintrust: { accountId: "111122223333", orgId: secure },
        snowflake: { iamUserArn: "arn:aws:iam::444455556666:user/s", externalId: secure },
        events: { notificationChannels: { logs: secure } },
        monitoring: { alertEmails: [secure, "ops@acme.example"] },
      }),
    );
    assert.ok(page.includes("Snowflake"));
    assert.ok(!page.includes(secret));
  });

  it("has every public control, each with its verdict", async () => {
    const page = await pageOf("dev");
    for (const { id } of groups.flatMap(({ controls }) => controls)) {
      assert.match(
        page,
        new RegExp(`<span class="name">${id}</span><span class="text">[^<]+</span><span class="badge`),
      );
    }
  });

  it("says of development what is not met, and of production that it is", async () => {
    const verdictOf = (page: string, id: string) =>
      new RegExp(`<span class="name">${id}</span>.*?<span class="badge \\w+">([^<]+)`).exec(page)?.[1];
    const [dev, prod] = [await pageOf("dev"), await pageOf("acme-prod")];
    const verdicts = (page: string) =>
      ["S3.8", "S3.17", "S3.22", "CloudTrail.3", "SQS.1", "KMS.4"].map((id) => verdictOf(page, id));
    assert.deepEqual(verdicts(dev), [
      "met",
      "not met",
      "not met",
      "not met",
      "not applicable",
      "not applicable",
    ]);
    assert.deepEqual(verdicts(prod), ["met", "accepted", "accepted", "met", "not applicable", "met"]);
  });

  it("judges no setting of a bucket that is not the stack's", async () => {
    const page = await pageOf("shared");
    assert.match(page, /Enable bucket versioning<\/span><span class="badge quiet">not applicable/);
    assert.match(page, /bucket company-data/);
  });

  it("names what is to be filled in, in order, and nothing once all is", async () => {
    const keys = [...(await pageOf("dev")).matchAll(/<li><strong><code>([^<]+)<\/code>/g)].map(
      ([, key]) => key,
    );
    assert.deepEqual(keys.slice(0, 2), ["braintrust.accountId", "braintrust.orgId"]);
    assert.match(await pageOf("queue"), /Every value of Braintrust and Snowflake is filled in/);
  });

  it("has every alarm with what it means, and the first command", async () => {
    const data = await dataOf("queue");
    const page = await reportPage(data);
    const alarms = data.plan.resources.filter(({ type }) => type.endsWith(":MetricAlarm"));
    assert.ok(alarms.length > 10);
    for (const { inputs } of alarms) assert.ok(page.includes(`<span class="name">${inputs.name}</span>`));
    assert.doesNotMatch(page, /What happened:/);
    assert.match(page, /Monitoring and alerting.*SQS queue depth<\/span><span class="badge good">met/s);
  });

  it("has a table of its own for each year of costs", async () => {
    const data = await dataOf("dev");
    const [month = assert.fail()] = data.cost.months;
    const months = Array.from({ length: 30 }, (_, index) => ({ ...month, month: index + 1 }));
    const page = await reportPage({ ...data, cost: { ...data.cost, months } });
    const heads = [...page.matchAll(/<table class="figures"><thead>(.*?)<\/thead>/gs)].map(([, head = ""]) =>
      [...head.matchAll(/<th scope="col">(\d+)</g)].map(([, each]) => Number(each)),
    );
    assert.deepEqual(
      heads.map(({ length }) => length),
      [12, 12, 6],
    );
    assert.deepEqual(
      heads.flat(),
      months.map((each) => each.month),
    );
  });

  it("shows at its head that the account of an example is one", async () => {
    const accountIn = async (id: string) => {
      const page = await reportPage(await dataWith("dev", { "aws:allowedAccountIds": [id] }));
      return /<dt>Account<\/dt><dd>(.*?)<\/dd>/.exec(page)?.[1];
    };
    assert.equal(await accountIn("123456789012"), "123456789012 (an example)");
    assert.equal(await accountIn("444455556666"), "444455556666");
  });

  it("shows at its head where the stack is deployed, and not where the plan would put it", async () => {
    const data = await dataOf("dev");
    const none = { problem: "" };
    const factsOf = async (outputs: Answer<PipelineOutputs>) => {
      const page = await reportPage({
        ...data,
        live: { outputs, verification: none, status: none, files: none },
      });
      const [head = ""] = /<header>.*?<\/header>/s.exec(page) ?? [];
      return head.replaceAll(/<[^>]*>/g, " ");
    };
    const found = {
      ...data.outputs,
      bucketName: "their-exports",
      bucketRegion: "eu-west-3",
      braintrustRoleArn: data.outputs.braintrustRoleArn.replace(/\d{12}/, "987654321098"),
    };
    const deployed = await factsOf({ found });
    assert.match(deployed, /Account +987654321098 .*Region +eu-west-3 .*Bucket +their-exports/s);
    assert.doesNotMatch(deployed, /123456789012/);
    const missing = await factsOf(none);
    assert.match(missing, /Account +not deployed .*Bucket +not deployed/s);
  });

  it("folds most of a hundred streams away, and shows first those whose files are late", async () => {
    const data = await dataOf("hundred");
    const late = data.outputs.streams.at(-1)?.name ?? assert.fail();
    const checks = data.outputs.streams.map(({ name }) => ({
      id: `fresh/${name}`,
      title: "Files arrive",
      needs: [],
      verdict: name === late ? ("fail" as const) : ("pass" as const),
      evidence: "",
    }));
    const found = { stack: "hundred", caller: "", checks, summary: { passed: 99, failed: 1, skipped: 0 } };
    const none = { problem: "" };
    const page = await reportPage({
      ...data,
      live: { outputs: none, verification: { found }, status: none, files: none },
    });
    const [, shown = "", folded = ""] =
      /<section id="streams"(.*?)<details><summary>80 more streams<\/summary>(.*?)<\/details>/s.exec(page) ??
      [];
    const names = (part: string) =>
      [...part.matchAll(/<span class="name">([^<]*)</g)].map(([, name]) => name);
    assert.equal(names(shown)[0], late);
    assert.deepEqual(
      [...names(shown), ...names(folded)].sort(),
      data.outputs.streams.map(({ name }) => name).sort(),
    );
    assert.equal(names(shown).length, 20);
  });

  it("shows what a deployed stack answered, and why another did not", async () => {
    const check = { needs: [], title: "Bucket is private" };
    const live = {
      outputs: { problem: "" },
      status: { problem: `no \u202E answer from ${HOSTILE}` },
      verification: {
        found: {
          stack: "dev",
          caller: "arn:aws:iam::123456789012:role/ci",
          checks: [
            {
              ...check,
              id: "fresh/logs",
              verdict: "fail" as const,
              evidence: "the newest export is 3 days old",
              fix: "look",
            },
            { ...check, id: "bucket/private", verdict: "pass" as const, evidence: `key ${HOSTILE}` },
          ],
          summary: { passed: 1, failed: 1, skipped: 0 },
        },
      },
      files: { problem: "snow is not installed" },
    };
    const page = await reportPage({ ...(await dataOf("dev")), live });
    assert.match(page, /1 passed, 1 failed, 0 skipped/);
    assert.match(
      page,
      /<span class="name">logs<\/span>.*?<span class="badge bad">fail<\/span><span class="why"><span class="line">The newest export is 3 days old/,
    );
    assert.match(page, /snow is not installed/);
    assert.ok(!page.includes(HOSTILE) && !page.includes("\u202E"));
  });
});
