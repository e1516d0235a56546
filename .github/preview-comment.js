// Prints the one comment of a pull request about the previews of its stacks. Nothing is installed here.
//   STACKS='["dev"]' RUN_URL=https://... node preview-comment.js FOLDER
// In FOLDER each stack has a folder that its job wrote: outcome.txt, page.txt, notes.txt, changes.txt, or none where it wrote none.
const fs = require("node:fs");
const path = require("node:path");

/** GitHub refuses a longer comment: "Body is too long (maximum is 65536 characters)". */
const LONGEST = 65_536;
/** Of these, what the table may have: some details are worth more than the last rows of very many. */
const LONGEST_TABLE = 48_000;
/** What stands around the text of a preview, at most. */
const FRAME = 500;
/** A shorter part of a preview says nothing. */
const SHORTEST = 500;

/** How each outcome of a step is called here, the most serious first. */
const words = { failure: "**failed**", "": "**not previewed**", success: "previewed" };

const counted = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

/** What the job of a stack has left of its preview. */
function previewOf(folder, stack, runUrl) {
  const [step, url, notes, changes] = ["outcome", "page", "notes", "changes"].map((name) => {
    const file = path.join(folder, stack, `${name}.txt`);
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trimEnd() : "";
  });
  const outcome = Object.hasOwn(words, step) ? step : "";
  const found = (severity) => notes.split("\n").filter((line) => line.startsWith(`${severity}: `)).length;
  const severities = ["error", "warning", "note"].filter((severity) => found(severity) > 0);
  const losesData = /^this update would delete or replace stateful resources:$/m.test(notes);
  const summary = changes.split("\n").at(-1);
  const isQuiet = severities.length === 0 && ["", "no changes"].includes(summary);
  return {
    // A file's name may have what is no name of a stack, and what is Markdown.
    name: stack.replace(/[^\w.-]/g, "?"),
    outcome,
    summary: /^[\w ,-]*$/.test(summary) ? summary : "",
    findings: [
      ...(losesData ? ["**loses data**"] : []),
      ...severities.map((severity) => counted(found(severity), severity)),
    ].join(", "),
    // Of this run alone: the pull request's own code wrote the file.
    url: url.startsWith(`${runUrl}/`) && !/\s/.test(url) ? url : "",
    text: [notes, changes].filter(Boolean).join("\n"),
    hasDetail: outcome !== "success" || !isQuiet,
    rank: [
      Object.keys(words).indexOf(outcome),
      losesData ? 0 : 1,
      severities.length > 0 ? 0 : 1,
      isQuiet ? 1 : 0,
    ].join(""),
  };
}

/** The beginning of a text that is too long, in whole lines where those are not too long themselves. */
function beginning(text, most) {
  if (text.length <= most) return text;
  const end = text.lastIndexOf("\n", most);
  // Half of a character beyond 16 bits is none.
  return end > most / 2 ? text.slice(0, end) : text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
}

/** The text of a preview as a block of code that nothing in it can end, and what is left out of it. */
function block({ name, text }, most, run) {
  const shown = beginning(text, most);
  const longest = Math.max(2, ...(shown.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const rest = text.length - shown.length;
  const where = `${counted(rest, "character")} left out: see the artifact \`preview of ${name}\` of this ${run}.`;
  return `${fence}text\n${shown}\n${fence}${rest === 0 ? "" : `\n\n${where}`}`;
}

/** How much of each text is shown: short ones whole, of long ones the same share of what is left. */
function sharesOf(previews, room) {
  let left = room;
  const bySize = [...previews].sort((one, other) => one.text.length - other.text.length);
  return new Map(
    bySize.map((preview, at) => {
      const most = Math.min(preview.text.length, Math.floor(left / (bySize.length - at)) - FRAME);
      left -= most + FRAME;
      return [preview, most];
    }),
  );
}

function ofOne(preview, run) {
  const { name, outcome, url, text } = preview;
  const more = url === "" ? `See this ${run}.` : `[A page for reviewers](${url})`;
  const head = `Preview of \`${name}\`: ${words[outcome]}. ${more}`;
  return text === "" ? head : `${head}\n\n${block(preview, LONGEST - 2 * FRAME, run)}`;
}

function tableOf(previews, run) {
  const outcomes = Object.keys(words)
    .map((outcome) => [previews.filter((each) => each.outcome === outcome).length, words[outcome]])
    .filter(([count]) => count > 0);
  const lines = [
    `Previews of ${previews.length} stacks: ${outcomes.map((each) => each.join(" ")).join(", ")}, in this ${run}.`,
    "",
    "| stack | preview | changes | findings | for reviewers |",
    "| --- | --- | --- | --- | --- |",
  ];
  let length = 0;
  const rows = previews
    .map(({ name, outcome, summary, findings, url }) => {
      const page = url === "" ? "" : `[page](${url})`;
      return `| \`${name}\` | ${words[outcome]} | ${summary} | ${findings} | ${page} |`;
    })
    .filter((row) => {
      length += row.length + 1;
      return length <= LONGEST_TABLE;
    });
  const without = previews.length - rows.length;
  const rest = without === 0 ? [] : ["", `${counted(without, "more stack")} left out: see this ${run}.`];
  return [...lines, ...rows, ...rest].join("\n");
}

function ofMany(previews, run) {
  const table = tableOf(previews, run);
  const room = LONGEST - table.length - 2 * FRAME;
  const all = previews.filter(({ text, hasDetail }) => hasDetail && text !== "");
  const detailed = all.slice(0, Math.floor(room / (SHORTEST + FRAME)));
  const shares = sharesOf(detailed, room);
  const details = detailed.map((preview) => {
    const text = block(preview, shares.get(preview), run);
    return `<details><summary><code>${preview.name}</code></summary>\n\n${text}\n\n</details>`;
  });
  const without = all.length - detailed.length;
  const rest = `Details of ${counted(without, "more stack")} left out: see the artifacts of this ${run}.`;
  return [table, ...details, ...(without === 0 ? [] : [rest])].join("\n\n");
}

/** The comment. By its first line the next push finds it. */
function commentOf(folder, stacks, runUrl) {
  const run = `[run](${runUrl})`;
  const previews = stacks
    .map((stack) => previewOf(folder, stack, runUrl))
    .sort((one, other) => one.rank.localeCompare(other.rank) || one.name.localeCompare(other.name));
  const [only, ...others] = previews;
  const body = others.length === 0 ? ofOne(only, run) : ofMany(previews, run);
  return `<!-- previews of this pull request -->\n${body}`;
}

exports.commentOf = commentOf;
if (require.main === module) {
  console.log(commentOf(process.argv[2], JSON.parse(process.env.STACKS), process.env.RUN_URL));
}
