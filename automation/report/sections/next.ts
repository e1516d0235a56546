import { html, prose } from "../page/html";
import type { ReportData } from "../report-data";
import { foldedAway, lines, paragraph, type Section, sentence } from "./section";

/** Most settings that are listed before the others are folded away. */
const MOST_SHOWN = 8;

/** What is to be filled in next, and the warnings of the plan. */
export function nextSection({ plan, settings }: ReportData): Section {
  const missing = plan.problems.filter(({ severity }) => severity === "fill-in");
  const warnings = plan.problems.filter(({ severity }) => severity === "warning");
  return {
    id: "next",
    title: missing.length > 0 ? "To fill in next" : "Settings",
    body: html`${
      missing.length === 0
        ? paragraph("Every value of Braintrust and Snowflake is filled in.")
        : html`<p>In <code>Pulumi.${settings.stack}.yaml</code>, in this order:</p>
<ol class="steps">${missing.slice(0, MOST_SHOWN).map(problem)}</ol>${
            missing.length > MOST_SHOWN &&
            foldedAway(
              `${missing.length - MOST_SHOWN} more`,
              html`<ol class="steps" start="${MOST_SHOWN + 1}">${missing.slice(MOST_SHOWN).map(problem)}</ol>`,
            )
          }`
    }${
      warnings.length > 0 &&
      html`<h3>What these settings bring about</h3>${lines(
        warnings.map(({ key, message, fix }) => ({
          name: html`<code>${key}</code>`,
          text: prose(sentence(message)),
          why: prose(sentence(fix)),
        })),
      )}`
    }`,
  };
}

function problem({ key, message, fix }: ReportData["plan"]["problems"][number]) {
  return html`<li><strong><code>${key}</code></strong> ${prose(sentence(message))}<span class="fix">${prose(sentence(fix))}</span></li>`;
}
