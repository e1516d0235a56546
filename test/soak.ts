import { spawnSync } from "node:child_process";

/** One npm script, and the variables that make it run all that it has. */
interface Part {
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What CI has only a share of, whole: `npm run test:soak`, or some of it, `npm run test:soak -- sandbox`. It takes hours. */
const parts: Readonly<Record<string, Part>> = {
  unit: { script: "test", environment: { TEST_TURN: "all" } },
  engine: { script: "test:engine", environment: { TEST_TURN: "all" } },
  snowflake: { script: "test:snowflake", environment: { TEST_TURN: "all" } },
  sandbox: { script: "test:sandbox", environment: { TEST_TURN: "all" } },
  "unit-repeated": { script: "test:repeat", environment: {} },
  "every-fault": { script: "test:faults", environment: { TEST_TURN: "all", FAULTS: "all" } },
};

function main(names: readonly string[]): number {
  const unknown = names.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    console.error(`no part ${unknown.join(", ")}: the parts are ${Object.keys(parts).join(", ")}`);
    return 2;
  }
  const chosen = Object.entries(parts).filter(([name]) => names.length === 0 || names.includes(name));
  const verdicts = chosen.map(([name, { script, environment }]) => {
    console.log(`== ${name}`);
    const from = Date.now();
    const { status } = spawnSync("npm", ["run", script], {
      env: { ...process.env, ...environment },
      stdio: "inherit",
    });
    return { name, passed: status === 0, minutes: (Date.now() - from) / 60_000 };
  });
  for (const { name, passed, minutes } of verdicts) {
    console.log(`${name}: ${passed ? "passed" : "failed"} in ${minutes.toFixed(1)} min`);
  }
  return verdicts.every(({ passed }) => passed) ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
