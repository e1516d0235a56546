import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { readFilesAnswer } from "../automation/reconcile/known-files";
import { keepNewSpaceSmall } from "../automation/reconcile/new-space";
import { reconcile } from "../automation/reconcile/reconciliation";
import { peakMemoryMb } from "./measure";
import type { ReconciliationCost } from "./reconciliation-cost";

const FILES = 1_000_000;
const PAGE = 1000;
const PREFIX = "braintrust/logs/";
const NOW = Date.UTC(2026, 10, 28);
const HOUR_MS = 3_600_000;

/** Names in the order of their bytes, with characters of one to four bytes. */
function keyOf(index: number): string {
  const digits = `${index}`.padStart(7, "0");
  return `${PREFIX}dt=2026-11-${digits.slice(0, 2)}/part-${digits}-\u00E9\uFFFD\u{1F600}.jsonl.gz`;
}

async function writeAnswer(file: string): Promise<void> {
  const stream = createWriteStream(file);
  const write = async (text: string) => {
    if (!stream.write(text)) await once(stream, "drain");
  };
  const row = (cells: object) =>
    JSON.stringify({
      STREAM: "logs",
      FILE: "",
      STATUS: null,
      LOADED_AT: NOW,
      MESSAGE: null,
      MODIFIED: null,
      ...cells,
    });
  await write(
    `[[{"status":"Statement executed successfully."}],[${row({ MODIFIED: NOW - 14 * 24 * HOUR_MS })}`,
  );
  for (let index = 0; index < FILES; index += 1) {
    if (index % 100 === 0) continue;
    await write(`,${row({ FILE: keyOf(index), STATUS: "Loaded", MODIFIED: NOW - 9 * HOUR_MS })}`);
  }
  stream.end("]]\n");
  await once(stream, "close");
}

/** Compares a million files with the Snowflake CLI's answer, of which every hundredth is missing. */
async function main(): Promise<void> {
  keepNewSpaceSmall();
  const folder = await mkdtemp(path.join(tmpdir(), "reconciliation-"));
  try {
    const file = path.join(folder, "answer.json");
    await writeAnswer(file);
    const started = performance.now();
    const [report] = await reconcile({
      outputs: {
        bucketName: "bucket",
        streams: [
          { name: "logs", url: `s3://bucket/${PREFIX}`, format: "jsonl", table: "LOGS", pipe: "LOGS_PIPE" },
        ],
      },
      s3: {
        listObjectsV2: ({ ContinuationToken = "0" }) => {
          const from = Number(ContinuationToken);
          const Contents = Array.from({ length: PAGE }, (_, index) => ({
            Key: keyOf(from + index),
            Size: 1,
            LastModified: new Date(NOW - 9 * HOUR_MS),
          }));
          const next = from + PAGE;
          return Promise.resolve({ Contents, NextContinuationToken: next < FILES ? `${next}` : undefined });
        },
      },
      answer: await readFilesAnswer(createReadStream(file)),
      maxAge: HOUR_MS,
      onFile: () => undefined,
    });
    if (report?.counts.skipped !== FILES / 100) throw new Error(`wrong counts: ${JSON.stringify(report)}`);
    const cost: ReconciliationCost = {
      ms: performance.now() - started,
      peakMb: peakMemoryMb(),
    };
    process.stdout.write(`${JSON.stringify(cost)}\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error}\n`);
  process.exitCode = 1;
});
