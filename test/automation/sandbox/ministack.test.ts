import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { waysToRun } from "../../../automation/sandbox/ministack";

/**
 * A python3 whose `venv` makes a folder with a name of its own in it, and whose `pip` waits for every install of the
 * test to have begun; all but the first of them take a while longer.
 */
const python3 = `#!/bin/sh
[ "$2" = venv ] || exit 1
mkdir -p "$3/bin"
echo "$3" >"$3/id"
cat >"$3/bin/python" <<'END'
#!/bin/sh
[ "$2" = pip ] || exit 0
mkdir "$BEGUN/$$"
while [ "$(ls "$BEGUN" | wc -l)" -lt "$INSTALLS" ]; do sleep 0.02; done
mkdir "$BEGUN.first" 2>/dev/null || sleep 0.3
END
chmod +x "$3/bin/python"
`;

describe("ministack's virtual environment", () => {
  let root: string;
  let cache: string;
  let place: string;
  let python: string;
  const before = { ...process.env };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "ministack-test-"));
    cache = join(root, "braintrust-snowflake");
    place = join(cache, "ministack-1.5.33");
    python = join(place, "bin", "python");
    program(join(root, "python3"), python3);
    mkdirSync(join(root, "begun"));
    process.env.PATH = `${root}${delimiter}${before.PATH}`;
    process.env.BEGUN = join(root, "begun");
  });

  afterEach(() => {
    process.env.PATH = before.PATH;
    delete process.env.BEGUN;
    delete process.env.INSTALLS;
    rmSync(root, { recursive: true, force: true });
  });

  function program(path: string, script: string): void {
    writeFileSync(path, script);
    chmodSync(path, 0o755);
  }

  /** Installs that all begin before the first of them ends. */
  function install(installs: number): Promise<readonly string[]>[] {
    process.env.INSTALLS = String(installs);
    return Array.from({ length: installs }, async () => {
      const way = waysToRun({ XDG_CACHE_HOME: root }, root).at(-1);
      assert(way?.name === "python3 with venv");
      return way.prepare();
    });
  }

  function breakPlace(): void {
    mkdirSync(join(place, "bin"), { recursive: true });
    program(python, "#!/bin/sh\nexit 1\n");
  }

  it("is not taken from who runs from it by another install at the same time", async () => {
    const installs = install(3);
    await Promise.race(installs);
    const first = readFileSync(join(place, "id"), "utf8");
    let done = false;
    const all = Promise.all(installs).finally(() => {
      done = true;
    });
    while (!done) {
      assert(existsSync(python), "the environment was taken away");
      await sleep(5);
    }
    for (const command of await all) assert.deepEqual(command, [python, "-m", "ministack"]);
    assert.equal(readFileSync(join(place, "id"), "utf8"), first);
    assert.deepEqual(readdirSync(cache), ["ministack-1.5.33"]);
  });

  it("is created again where it is broken, and its remains go", async () => {
    breakPlace();
    await Promise.all(install(1));
    assert.ok(readFileSync(join(place, "id"), "utf8").startsWith(`${place}.`));
    assert.deepEqual(readdirSync(cache), ["ministack-1.5.33"]);
  });

  it("is created again by the first of two that find it broken, and used by the other", async () => {
    breakPlace();
    const installs = install(2);
    await Promise.race(installs);
    const first = readFileSync(join(place, "id"), "utf8");
    await Promise.all(installs);
    assert.equal(readFileSync(join(place, "id"), "utf8"), first);
    assert.deepEqual(readdirSync(cache), ["ministack-1.5.33"]);
  });
});
