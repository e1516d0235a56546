import { meanings, namedStates } from "../../reconcile/report";
import { fileStates } from "../../reconcile/states";
import type { CheckResult } from "../../verify/check";
import { summaryWords } from "../../verify/report";
import type { Answer, Live } from "../live/live-data";
import { type Html, html, prose } from "../page/html";
import { badge, foldedAway, type Line, lines, manyLines, paragraph, type Section, sentence } from "./section";

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
      return html`<p>Phase: ${status.deployedPhase ?? "not deployed"}. Next: ${prose(next.reason)}; <code>${next.action}</code></p>${lines(
        Object.entries(findings).map(([text, { verdict, evidence, fix }]) => ({
          text,
          word: verdict,
          why: html`${prose(sentence(evidence))}${fix !== undefined && html`<span class="fix">${prose(sentence(fix))}</span>`}`,
        })),
      )}`;
    })}${shown(live.verification, "Its checks", (report) => {
      const loud = report.checks.filter(({ verdict }) => verdict !== "pass");
      const passed = report.checks.filter(({ verdict }) => verdict === "pass");
      return html`<p>Asked as <code>${report.caller}</code>: ${summaryWords(report)}.</p>${
        loud.length > 0 && lines(loud.map(checkLine))
      }${passed.length > 0 && foldedAway(`${passed.length} passed`, lines(passed.map(checkLine)))}`;
    })}${shown(live.files, "Its files in Snowflake", files)}`,
  };
}

type Files = Extract<Live["files"], { readonly found: unknown }>["found"];

/** What became of the files of each stream, and the worst of them by name. */
function files({ streams, worst }: Files): Html {
  return html`${manyLines(streams.map(streamLine), "streams")}${namedStates.map((state) => {
    const named = worst.filter((file) => file.state === state);
    const count = streams.reduce((sum, { counts }) => sum + counts[state], 0);
    const rest = count - named.length;
    return (
      named.length > 0 &&
      html`<h4>${badge(state)} ${`${count} ${count === 1 ? "file" : "files"}`}</h4><p>${sentence(meanings[state])}</p>${lines(
        named.map(fileLine),
      )}${rest > 0 && paragraph(`And ${rest} more: \`reconcile --json\` names them all.`)}`
    );
  })}`;
}

function streamLine({ stream, pipe, counts, oldestWaitingHours }: Files["streams"][number]): Line {
  const states = fileStates.filter((state) => counts[state] > 0);
  return {
    name: stream,
    text: states.map((state) => `${counts[state]} ${state}`).join(", ") || "no file",
    word: states[0],
    why: html`${pipe !== undefined && `Pipe ${pipe.state}, files before it: ${pipe.pending}. `}${
      oldestWaitingHours !== undefined && `The oldest waits for ${oldestWaitingHours.toFixed(1)} hours.`
    }`,
  };
}

function fileLine({ key, stream, modified, message }: Files["worst"][number]): Line {
  const written =
    modified === undefined
      ? ""
      : `, written ${new Date(modified).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return {
    text: html`<code>${key}</code>`,
    why: html`${`Stream ${stream}${written}.`}${message !== undefined && html` ${sentence(message)}`}`,
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
    why: html`${prose(sentence(evidence))}${fix !== undefined && html`<span class="fix">${prose(sentence(fix))}</span>`}`,
  };
}
