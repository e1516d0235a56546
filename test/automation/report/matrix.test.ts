import assert from "node:assert/strict";
import { accessMatrix } from "../../../automation/report/access/matrix";
import type { ListedStatement } from "../../../automation/report/access/statements";
import type { ReportData } from "../../../automation/report/report-data";
import { judge } from "../../components/access/access";
import { ACCOUNT_ID, Deployment } from "../../support";
import { ofThisTurn } from "../../turn";
import { dataOf } from "./stacks";

const EXTERNAL_ROLES = "role/path/Analytics";

/** The ARN or the service that a policy in words stands for. */
function principalOf(label: string, { plan, settings }: ReportData): string {
  const iam = `arn:${settings.partition}:iam::`;
  if (label === "Anyone else") return `${iam}999900001111:role/Anybody`;
  if (label.startsWith("service ")) return label.replace("service ", "");
  const [, account] = /account (\d{12})/.exec(label) ?? [];
  if (label.startsWith("account ") && account !== ACCOUNT_ID) return `${iam}${account}:role/Somebody`;
  if (label.startsWith("account ")) return `${iam}${ACCOUNT_ID}:role/Administrator`;
  if (account !== undefined && label.startsWith("role ")) return `${iam}${account}:${EXTERNAL_ROLES}`;
  if (account !== undefined) return userOf(account, label.split(" ")[1] ?? "", plan);
  const [kind = "", name] = label.split(" ");
  const identity = plan.resources.find(
    ({ type, inputs }) => type.startsWith(`aws:iam/${kind}:`) && inputs.name === name,
  );
  return `${iam}${ACCOUNT_ID}:${kind}${identity?.inputs.path ?? "/"}${name}`;
}

/** The user as policies write it, with its path. */
function userOf(account: string, name: string, { resources }: ReportData["plan"]): string {
  const arn = new RegExp(`arn:[\\w-]+:iam::${account}:user/(?:[\\w/-]+/)?${name}(?=\\W)`);
  return arn.exec(JSON.stringify(resources))?.[0] ?? assert.fail(`no policy names user ${name}`);
}

/** A request that meets what statements ask for, which refuse or allow: the first value of each condition, and of patterns a text that fits. */
function contextOf(
  statements: readonly ListedStatement[],
  effect: "refuse" | "allow",
): Record<string, string> {
  const operators =
    effect === "allow" ? /^(String|Arn)(Equals|Like)$/ : /^(String|Arn)Not(Equals|Like)(IfExists)?$/;
  const wanted = statements.flatMap(({ statement }) => Object.entries(statement.Condition ?? {}));
  return Object.fromEntries(
    wanted.flatMap(([operator, keys]) =>
      operators.test(operator)
        ? Object.entries(keys).map(([key, values]) => [key, String([values].flat()[0]).replaceAll("*", "x")])
        : [],
    ),
  );
}

/** What an independent evaluator says of every cell about the export bucket, its key and the roles. */
async function disagreements(data: ReportData): Promise<string[]> {
  const { resources } = data.plan;
  const deployed = new Deployment(
    resources.map((resource) => ({ ...resource, secretInputs: [], dependencies: [] })),
  );
  const { resources: tables, statements } = accessMatrix(resources);
  const found: string[] = [];
  let judged = 0;
  for (const { resource, columns, places } of tables) {
    for (const { place, rows } of places) {
      const sample =
        place.kind === "role"
          ? `arn:${data.settings.partition}:iam::${ACCOUNT_ID}:role/${place.resource.slice("role ".length)}`
          : place.sample;
      const isAbout =
        resource === `bucket ${data.outputs.bucketName}` ||
        ["role", "key", "queue", "topic", "secret"].includes(place.kind);
      if (sample === undefined || !isAbout) continue;
      for (const { actions, decisions } of rows) {
        for (const [index, { verdict, by, unless }] of decisions.entries()) {
          for (const { label, kind } of columns[index]?.principals ?? []) {
            // Administrators have rights of their own, by which they may do more; of a service's encryption context the evaluator knows nothing.
            if (label.endsWith("(this one)") || (place.kind === "key" && label.startsWith("service ")))
              continue;
            const own = by.flatMap((number) => statements[number - 1] ?? []);
            const naming = own.filter(
              ({ kind: of, words }) =>
                of === "identity" || words.who.includes(label.split(" of account ")[1] ?? label),
            );
            const refusing = unless.flatMap((number) => statements[number - 1] ?? []);
            const context = {
              ...contextOf(refusing, "refuse"),
              ...contextOf(kind === "named" ? naming : own, "allow"),
            };
            const attempt = {
              principal: principalOf(label, data),
              action: actions[0] ?? "",
              resource: sample.replace("\u0000", ""),
            };
            const said = await judge(deployed, { ...attempt, context });
            judged += 1;
            if ((said === "Allowed") !== (verdict === "allowed")) {
              found.push(`${label} ${actions[0]} on ${place.label}: ${verdict}, and it says ${said}`);
            }
          }
        }
      }
    }
  }
  assert.ok(judged > 40, `${judged} cells`);
  return found;
}

const judgedStacks = "dev acme-prod by-user shared queue gov-tasks china-user bare zoetrope-all".split(" ");

describe("who may do what, on the reviewer's page", () => {
  for (const stack of ofThisTurn(judgedStacks, 3)) {
    it(`is what an independent evaluator says of the policies of ${stack}`, async () => {
      assert.deepEqual(await disagreements(await dataOf(stack)), []);
    });
  }
});
