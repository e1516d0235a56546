import { type Fragment, type Html, html, prose } from "../page/html";

/** A part of the page with a heading and an entry in its contents. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** A verdict as a coloured word; the word says it where there is no colour. */
export function badge(word: string): Html {
  return html`<span class="badge ${tones[word] ?? "quiet"}">${word}</span>`;
}

const tones: Readonly<Record<string, string>> = {
  met: "good",
  ok: "good",
  pass: "good",
  OK: "good",
  allowed: "good",
  "not met": "bad",
  fail: "bad",
  ALARM: "bad",
  missing: "bad",
  accepted: "care",
  unknown: "care",
  off: "care",
  skip: "care",
  failed: "bad",
  skipped: "bad",
  archived: "care",
  loadedWithErrors: "care",
  loaded: "good",
};

/** A line of a list: what it is about, how it came out, and why. */
export interface Line {
  readonly name?: Fragment;
  readonly text: Fragment;
  readonly word?: string | undefined;
  readonly why?: Fragment;
}

/** Lines in columns where there is room; a `numbered` one has a name that is short enough for a column of its own. */
export function lines(all: readonly Line[], names: "named" | "numbered" = "named"): Html {
  const named = all.some(({ name }) => name !== undefined);
  const judged = all.some(({ word }) => word !== undefined);
  return html`<ul class="lines${named && ` ${names}`}${judged && " judged"}">${all.map(
    ({ name, text, word, why }) =>
      html`<li>${name !== undefined && html`<span class="name">${name}</span>`}<span class="text">${text}</span>${
        word !== undefined && badge(word)
      }${why !== undefined && html`<span class="why">${why}</span>`}</li>`,
  )}</ul>`;
}

/** Whether a verdict is one that somebody has to do something about. */
export function isBad(word: string | undefined): boolean {
  return word !== undefined && tones[word] === "bad";
}

/** How often each word occurs, in the order of `words`: "41 met, 3 not met". */
export function tally(found: readonly string[], words: readonly string[]): string {
  return words
    .map((word) => [found.filter((each) => each === word).length, word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
}

/** Details that open by a click or a key, and are open on paper. */
export function foldedAway(summary: Fragment, body: Fragment): Html {
  return html`<details><summary>${summary}</summary>${body}</details>`;
}

/** A table in a region that scrolls by itself where it is wider than the page. */
export function scrolling(label: string, table: Html): Html {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${table}</div>`;
}

/** A text with its first letter in upper case. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A message as a sentence of its own: its first word in upper case, unless that is a name, and a full stop. */
export function sentence(text: string): string {
  const [first = ""] = text.split(/[\s,;]/, 1);
  const isWord = /^[a-z][a-z'’]*:?$/.test(first);
  const start = isWord ? capitalized(text) : text;
  return /[.!?]$/.test(start) ? start : `${start}.`;
}

/** A paragraph. */
export function paragraph(text: string): Html {
  return html`<p>${prose(text)}</p>`;
}
