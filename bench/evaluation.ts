/** Loads the program and evaluates it offline with the given number of streams, then evaluates it again, and prints what it took as JSON. */
async function main(count: number): Promise<void> {
  const begun = performance.now();
  const { evaluate } = await import("../automation/plan/evaluation");
  const { deployPipeline } = await import("../components/program");
  const loadMs = performance.now() - begun;
  const streams = Array.from({ length: count }, (_, index) => ({ name: `stream-${index}`, format: "jsonl" }));
  const config = {
    "aws:region": "us-east-1",
    "braintrust-snowflake:streams": JSON.stringify(streams),
    "braintrust-snowflake:events": JSON.stringify({ mode: "sns" }),
  };
  const place = { stack: "dev", accountId: "123456789012", region: "us-east-1" };
  const timed = async () => {
    const start = performance.now();
    const { resources } = await evaluate(place, config, [], deployPipeline);
    return { ms: performance.now() - start, resources: resources.length };
  };
  const { ms: firstMs, resources } = await timed();
  const { ms: againMs } = await timed();
  const { peakMemoryMb } = await import("./measure");
  const memoryMb = peakMemoryMb();
  process.stdout.write(JSON.stringify({ streams: count, loadMs, firstMs, againMs, memoryMb, resources }));
}

main(Number(process.argv[2])).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});

export {};
