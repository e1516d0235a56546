// What compile-cache.ts does, for a process that loads much before it can load TypeScript: `pulumi` begins its own with this
// (`nodeargs` in Pulumi.yaml), to keep its SDK and the compiler of TypeScript as well.
const nodeModule = require("node:module");
const path = require("node:path");

const modules = path.join(path.dirname(__dirname), "node_modules");
nodeModule.enableCompileCache?.(path.join(modules, ".cache", "node-compile-cache"));
