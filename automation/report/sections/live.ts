import { meanings, namedStates } from "../../reconcile/report";
import { type FileState, fileStates } from "../../reconcile/states";
import type { CheckResult } from "../../verify/check";
import { summaryWords } from "../../verify/report";
import type { Answer, Live } from "../live/live-data";
import { type Html, html, prose } from "../page/html";
import { badge, foldedAway, type Line, lines, paragraph, type Section, sentence, tally } from "./section";

/** What the deployed stack answered: its status with the drift, the checks of `verify`, and its files in Snowflake. */
export function liveSection(live: Live, streams: readonly string[]): Section {
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
      const ofStreams = new Set(streams.map((name) => `fresh/${name}`));
      const fresh = report.checks.filter(({ id }) => ofStreams.has(id));
      const others = report.checks.filter(({ id }) => !ofStreams.has(id));
      const loud = others.filter(({ verdict }) => verdict !== "pass");
      const passed = others.filter(({ verdict }) => verdict === "pass");
      return html`<p>Asked as <code>${report.caller}</code>: ${summaryWords(report)}.</p>${
        fresh.length > 0 &&
        html`<p>Of these, ${tally(
          fresh.map(({ verdict }) => verdict),
          ["pass", "fail", "skip"],
        )} on how fresh each stream is: <a href="#streams">Streams</a> has them.</p>`
      }${loud.length > 0 && lines(loud.map(checkLine))}${passed.length > 0 && foldedAway(`${passed.length} passed`, lines(passed.map(checkLine)))}`;
    })}${shown(live.files, "Its files in Snowflake", files)}`,
  };
}

type Files = Extract<Live["files"], { readonly found: unknown }>["found"];

/** What became of the files of all streams, and the worst of them by name. */
function files({ streams, worst }: Files): Html {
  const total = (state: FileState) => streams.reduce((sum, { counts }) => sum + counts[state], 0);
  const counts = fileStates
    .filter((state) => total(state) > 0)
    .map((state) => `${total(state).toLocaleString("en-US")} ${state}`);
  return html`<p>${counts.length === 0 ? "No file" : `Files: ${counts.join(", ")}`}. <a href="#streams">Streams</a> has those of each stream.</p>${namedStates.map(
    (state) => {
      const named = worst.filter((file) => file.state === state);
      const count = total(state);
      const rest = count - named.length;
      return (
        named.length > 0 &&
        html`<h4>${badge(state)} ${`${count.toLocaleString("en-US")} ${count === 1 ? "file" : "files"}`}</h4><p>${sentence(meanings[state])}</p>${lines(
          named.map(fileLine),
        )}${rest > 0 && paragraph(`And ${rest} more: \`reconcile --json\` names them all.`)}`
      );
    },
  )}`;
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
