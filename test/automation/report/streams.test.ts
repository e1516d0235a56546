import assert from "node:assert/strict";
import { reportPage } from "../../../automation/report/page/page";
import { streamsSection } from "../../../automation/report/sections/streams";
import { deployed } from "./deployed";
import { dataOf } from "./stacks";

function section(page: string, id: string): string {
  const [, body = ""] = new RegExp(`<section id="${id}"(.*?)</section>`, "s").exec(page) ?? [];
  return body;
}

function textOf(markup: string): string {
  return markup.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

describe("many streams on the reviewer's page", () => {
  let page: string;
  let names: readonly string[];

  before(async () => {
    const data = deployed(await dataOf("hundred"));
    page = await reportPage(data);
    names = data.outputs.streams.map(({ name }) => name);
  });

  it("are named once, with what their files came to", () => {
    for (const name of names) {
      assert.equal(page.split(`<span class="name">${name}</span>`).length, 2, name);
    }
    const text = textOf(section(page, "streams"));
    assert.match(text, new RegExp(`${names[50]} pass 0\\.5 h old\\. Files: 7 loaded\\. Pipe RUNNING`));
  });

  it("begin with what is late and what has failed files", () => {
    const first = [...section(page, "streams").matchAll(/<span class="name">([^<]*)</g)].slice(0, 2);
    assert.deepEqual(first.map(([, name]) => name).sort(), names.slice(-2).sort());
  });

  it("stand in sums among the checks and files of the deployed stack", () => {
    const text = textOf(section(page, "live"));
    assert.match(text, /Of these, 99 pass, 1 fail on how fresh each stream is: Streams has them/);
    assert.match(text, /1 passed P bucket\/policy/);
    assert.match(text, /Files: 2 failed, 700 loaded\./);
    assert.doesNotMatch(text, new RegExp(names[50] ?? ""));
  });

  it("have in their own line whatever is unlike the others", async () => {
    const data = await dataOf("hundred");
    const [first = assert.fail(), ...others] = data.outputs.streams;
    const odd = {
      ...first,
      name: "odd",
      url: "s3://x/odd-folder/",
      format: "parquet",
      table: '"Odd"',
    } as const;
    const outputs = { ...data.outputs, streams: [...others, odd] };
    const text = textOf(streamsSection({ ...data, outputs }).body.markup);
    assert.match(text, /odd s3:\/\/x\/odd-folder\/ , table &#34;Odd&#34; , parquet\./);
    assert.match(
      text,
      /If a line says nothing else: files in s3:\S+ , in a folder of the stream’s name, of the format jsonl/,
    );
    assert.ok(!text.includes(`${others.at(-2)?.name} s3:`));
  });
});
