import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type PipelineOutputs, up, verify } from "../../automation";
import { clientSettings } from "../../automation/aws/client-settings";
import { braintrustClient } from "../../automation/braintrust/api";
import { planExports } from "../../automation/braintrust/exports";
import { PROJECT } from "../../components/settings/settings";
import { Exporter } from "../automation/braintrust/exporter";
import { apiKey, type FakeBraintrust, startBraintrust } from "../automation/braintrust/server";
import { type SandboxStack, useSandbox } from "./harness";

const chat = { id: randomUUID(), org_id: randomUUID(), name: "chat" };
const other = { id: randomUUID(), org_id: chat.org_id, name: "another" };

describe("exports that Braintrust's API has created", function () {
  this.timeout(300_000);
  const sandbox = useSandbox();
  let stack: SandboxStack;
  let outputs: PipelineOutputs;
  let braintrust: FakeBraintrust;
  let exporter: Exporter;
  let id: string;

  before(async () => {
    braintrust = await startBraintrust();
    braintrust.projects.push(chat, other);
    stack = await sandbox.stack("exports");
    const { accountId } = z
      .object({ accountId: z.string() })
      .parse(stack.file.values[`${PROJECT}:braintrust`]);
    await stack.configure({
      braintrust: { accountId, orgId: chat.org_id, projectIds: [chat.id] },
      streams: [{ name: "logs" }],
    });
    ({ outputs } = await up(stack.options));
    const settings = (service: string) => clientSettings(stack.file, service);
    exporter = new Exporter(braintrust, {
      sts: settings("sts"),
      s3: { ...settings("s3"), forcePathStyle: true },
    });
  });
  after(() => braintrust?.close());

  const created = async (project: string) => {
    const target = { apiKey, baseUrl: braintrust.baseUrl, project };
    const [first] = await (await planExports(outputs, target)).apply();
    return first?.id ?? assert.fail("no export");
  };
  const evidence = async () => {
    const signal = new AbortController().signal;
    const { checks } = await verify({ ...stack.target, signal });
    return checks.find((check) => check.id === "fresh/logs")?.evidence ?? "";
  };

  it("run once they are scheduled, and not before", async () => {
    id = await created("chat");
    braintrust.schedules.delete(id);
    await assert.rejects(exporter.run(id, "byRun", [{ id: "a" }]), /has no cron job/);
    assert.ok(await braintrustClient({ apiKey, baseUrl: braintrust.baseUrl }).schedule(id));
    await exporter.test(id);
    assert.match(await evidence(), /no export lies below/);
    const key = await exporter.run(id, "byRun", [{ id: "a" }]);
    assert.match(key, /^braintrust-exports\/logs\/2/);
    assert.match(await evidence(), /layout: folders by run$/);
  });

  it("write either layout, and verify warns of the change", async () => {
    await exporter.run(id, "partitioned", [{ id: "b" }]);
    assert.match(await evidence(), /warning: the layout changed from folders by run to Hive partitions/);
  });

  it("do not run while they are paused", async () => {
    const target = { apiKey, baseUrl: braintrust.baseUrl, project: "chat" };
    await (await planExports(outputs, target)).setPaused(true);
    await assert.rejects(exporter.run(id, "byRun", []), /is paused/);
  });

  it("cannot write from another project of the organization", async () => {
    const foreign = await created("another");
    await assert.rejects(exporter.run(foreign, "byRun", [{ id: "c" }]), { name: /AccessDenied/ });
  });
});
