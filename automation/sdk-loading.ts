import { Module } from "node:module";
import * as path from "node:path";

/**
 * Import it before Pulumi's SDK, which loads npm's dependency resolver with itself, a third of all that it loads, to serialize
 * functions (`arborist` in runtime/closure/codePaths.js). No command serializes one; should one, it is loaded then.
 */
function loadArboristLate(): void {
  const sdk = path.dirname(require.resolve("@pulumi/pulumi/package.json"));
  const file = require.resolve("@npmcli/arborist", { paths: [sdk] });
  if (file in require.cache) return;
  const late = new Module(file);
  late.loaded = true;
  late.exports = {
    __esModule: true,
    get Arborist(): unknown {
      if (require.cache[file] === late) delete require.cache[file];
      return require(file).Arborist;
    },
  };
  require.cache[file] = late;
}

loadArboristLate();
