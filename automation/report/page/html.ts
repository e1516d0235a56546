import { visibleJson } from "../../terminal/visible";

/** Markup that is safe to put into a page. */
export class Html {
  public constructor(public readonly markup: string) {}
}

/** What a template takes: text is escaped, markup is not; `undefined` and `false` leave nothing. */
export type Fragment = string | number | Html | undefined | false | readonly Fragment[];

/** Markup with everything put into it escaped, but what is markup already. */
export function html(strings: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  return new Html(strings.map((text, index) => text + markupOf(values[index])).join(""));
}

/** Markup of fragments, one after the other. */
export function joined(fragments: readonly Fragment[], separator: Fragment = ""): Html {
  return new Html(fragments.map(markupOf).join(markupOf(separator)));
}

/**
 * Text as a page may show it, in an element or in a quoted attribute. Control characters and marks that turn the direction of
 * text around are written as escapes, as on a terminal.
 */
export function escaped(text: string): string {
  return visibleJson(text).replace(/[&<>"'`]/g, (found) => `&#${found.charCodeAt(0)};`);
}

/** Text with the parts between backticks as code, as comments and reasons are written here. */
export function prose(text: string): Html {
  const parts = text.split(/`([^`]+)`/);
  return joined(parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part)));
}

function markupOf(value: Fragment): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "object") return value.map(markupOf).join("");
  return escaped(String(value));
}
