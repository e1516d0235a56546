import assert from "node:assert/strict";
import { dependencies, devDependencies, engines } from "../../package.json";
import { packages } from "../../package-lock.json";

/** What npm keeps of a package. */
interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
}

describe("package-lock.json", () => {
  const { "": root, ...installed } = packages;
  const entries = Object.entries<Entry>(installed);

  it("locks the versions that package.json names", () => {
    assert.deepEqual(root.engines, engines);
    const named = Object.entries({ ...dependencies, ...devDependencies });
    const locked = new Set(entries.map(([folder, { version }]) => `${folder} ${version}`));
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter(([name, version]) => !locked.has(`node_modules/${name} ${version}`)),
      [],
    );
  });

  // npm leaves it out where it locks a package for another platform without fetching it, and then installs any tarball:
  // `npm view NAME@VERSION dist.integrity` prints what belongs there.
  it("has the hash of each package, including those for other platforms", () => {
    const lacking = entries.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ""));
    assert.deepEqual(
      lacking.map(([folder]) => folder),
      [],
    );
  });

  it("names no registry, so that each machine asks its own", () => {
    const resolved = entries.filter((entry) => entry[1].resolved !== undefined);
    assert.deepEqual(
      resolved.map(([folder]) => folder),
      [],
    );
  });
});
