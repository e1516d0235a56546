import type { CheckResult } from "../../verify/check";
import { summaryWords } from "../../verify/report";
import type { Answer, Live } from "../live/live-data";
import { type Html, html, prose } from "../page/html";
import { foldedAway, type Line, lines, paragraph, type Section } from "./section";

/** What the deployed stack answered: its status with the drift, the checks of `verify`, and its files in Snowflake. */
export function liveSection(live: Live): Section {
  return {
    id: "live",
    title: "The deployed stack",
    body: html`${shown(live.status, "Its status", ({ next, ...status }) => {
      const findings = {
        "Last update": status.lastUpdate,
        "Pending operations": status.pending,
        Drift: status.drift,
        Alarms: status.alarms,
        "Access keys": status.accessKeys,
        "Braintrust’s exports": status.exports,
      };
      return html`<p>Phase ${status.deployedPhase ?? "not deployed"}. Next: ${prose(next.reason)}; <code>${next.action}</code></p>${lines(
        Object.entries(findings).map(([text, { verdict, evidence, fix }]) => ({
          text,
          word: verdict,
          why: html`${prose(evidence)}${fix !== undefined && html`<span class="fix">${prose(fix)}</span>`}`,
        })),
      )}`;
    })}${shown(live.verification, "Its checks", (report) => {
      const loud = report.checks.filter(({ verdict }) => verdict !== "pass");
      const passed = report.checks.filter(({ verdict }) => verdict === "pass");
      return html`<p>Asked as <code>${report.caller}</code>: ${summaryWords(report)}.</p>${
        loud.length > 0 && lines(loud.map(checkLine))
      }${passed.length > 0 && foldedAway(`${passed.length} passed`, lines(passed.map(checkLine)))}`;
    })}${shown(live.files, "Its files in Snowflake", ({ streams }) =>
      lines(
        streams.map(({ stream, pipe, counts, oldestWaitingHours }) => ({
          name: stream,
          text:
            Object.entries(counts)
              .filter(([, count]) => count > 0)
              .map(([state, count]) => `${count} ${state}`)
              .join(", ") || "no file",
          why: html`${pipe !== undefined && `Pipe ${pipe.state}, files before it: ${pipe.pending}. `}${
            oldestWaitingHours !== undefined && `The oldest waits for ${oldestWaitingHours.toFixed(1)} hours.`
          }`,
        })),
      ),
    )}`,
  };
}

function shown<Value>(answer: Answer<Value>, title: string, show: (found: Value) => Html): Html {
  return html`<h3>${title}</h3>${
    "found" in answer ? show(answer.found) : paragraph(`Unknown: ${answer.problem}`)
  }`;
}

function checkLine({ id, title, verdict, evidence, fix }: CheckResult): Line {
  return {
    text: html`${title} <code>${id}</code>`,
    word: verdict,
    why: html`${prose(evidence)}${fix !== undefined && html`<span class="fix">${prose(fix)}</span>`}`,
  };
}
