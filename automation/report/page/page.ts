import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageDir } from "../../../components/package";
import { accountOf, accountOfArn, shownAccount } from "../../plan/arn-names";
import { isLeaf } from "../../plan/resource-tree";
import type { ReportData } from "../report-data";
import { accessSection } from "../sections/access";
import { alarmsSection } from "../sections/alarms";
import { controlsSection, guideSection } from "../sections/controls";
import { costSection } from "../sections/cost";
import { diagramSection } from "../sections/diagram";
import { liveSection } from "../sections/live";
import { nextSection } from "../sections/next";
import type { Section } from "../sections/section";
import { streamsSection } from "../sections/streams";
import { Html, html } from "./html";

/** Parts of the style, in their order: what is said later wins. */
const styles = ["base", "badges", "lists", "diagram", "matrix", "chart", "narrow", "print"];

function fileHere(name: string): string {
  return readFileSync(join(packageDir, "automation", "report", "page", name), "utf8");
}

/** The whole page, which asks nothing of any other place. */
export async function reportPage(data: ReportData): Promise<string> {
  const style = styles.map((name) => fileHere(`style/${name}.css`)).join("\n");
  const script = fileHere("report.js");
  const { stack } = data.settings;
  const sections = await sectionsOf(data);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Report of stack ${stack}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>${head(data)}</header>
<nav aria-label="Contents"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main id="content">${sections.map(
    ({ id, title, body }) =>
      html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`,
  )}</main>
<script>${new Html(script)}</script>
</body>
</html>
`;
  return page.markup;
}

/** Nothing from anywhere, and of this page's own style and script these alone: w3.org/TR/CSP3. */
function policyOf(style: string, script: string): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    `script-src ${hash(script)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

async function sectionsOf(data: ReportData): Promise<Section[]> {
  return [
    await diagramSection(data),
    nextSection(data),
    ...(data.live === undefined
      ? []
      : [
          liveSection(
            data.live,
            data.outputs.streams.map(({ name }) => name),
          ),
        ]),
    streamsSection(data),
    accessSection(data),
    alarmsSection(data),
    costSection(data),
    guideSection(data),
    controlsSection(data),
  ];
}

function head(data: ReportData): Html {
  const { settings, plan, written, live } = data;
  const { account, region, phase, bucket } = placeOf(data);
  const facts: readonly (readonly [what: string, value: string])[] = [
    ["Account", account],
    ["Region", region],
    ["Phase", phase],
    ["Resources", String(plan.resources.filter(isLeaf).length)],
    ["Written", `${written.toISOString().slice(0, 16).replace("T", " ")} UTC`],
    ["Bucket", bucket],
  ];
  const source =
    live === undefined
      ? "From the settings and the program, offline: AWS was not contacted."
      : "From the settings and the program, and from what AWS, Braintrust and Snowflake answered.";
  return html`<p class="kicker">Braintrust to Snowflake</p><h1>${settings.stack}</h1><p class="source">${source}</p><dl class="facts">${facts.map(
    ([what, value]) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

/** Where the stack is: as it is deployed, where that was asked. */
function placeOf({ plan, outputs, live }: ReportData) {
  const planned = { region: outputs.bucketRegion, phase: outputs.phase, bucket: outputs.bucketName };
  if (live === undefined) {
    const account = accountOf(plan.resources);
    return { account: account === undefined ? "not known" : shownAccount(account), ...planned };
  }
  const unknown = "not deployed";
  if ("problem" in live.outputs)
    return { account: unknown, region: unknown, phase: unknown, bucket: unknown };
  const { braintrustRoleArn, bucketRegion: region, phase, bucketName: bucket } = live.outputs.found;
  return { account: accountOfArn(braintrustRoleArn) ?? "not known", region, phase, bucket };
}
