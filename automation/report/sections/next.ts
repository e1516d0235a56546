import { html, prose } from "../page/html";
import type { ReportData } from "../report-data";
import { paragraph, type Section } from "./section";

/** What is to be filled in next, and the warnings of the plan. */
export function nextSection({ plan, settings }: ReportData): Section {
  const missing = plan.problems.filter(({ severity }) => severity === "fill-in");
  const warnings = plan.problems.filter(({ severity }) => severity === "warning");
  return {
    id: "next",
    title: missing.length > 0 ? "To fill in next" : "Settings",
    body: html`${
      missing.length === 0
        ? paragraph("Every value that Braintrust and Snowflake have to tell is filled in.")
        : html`<p>In <code>Pulumi.${settings.stack}.yaml</code>, in this order:</p>
<ol class="steps">${missing.map(problem)}</ol>`
    }${
      warnings.length > 0 &&
      html`<h3>What these settings bring about</h3><ul class="steps">${warnings.map(problem)}</ul>`
    }`,
  };
}

function problem({ key, message, fix }: ReportData["plan"]["problems"][number]) {
  return html`<li><strong><code>${key}</code></strong> ${prose(message)}<span class="fix">${prose(fix)}</span></li>`;
}
