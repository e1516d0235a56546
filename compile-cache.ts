import * as nodeModule from "node:module";
import * as path from "node:path";

/**
 * Keeps compiled modules for the next run, on Node 22.8 and later: nodejs.org/api/module.html#module-compile-cache.
 * Import it before anything that takes long to load. Its folder belongs to who installed the project; the default one,
 * among temporary files, others of the machine could write to.
 */
nodeModule.enableCompileCache?.(path.join(__dirname, "node_modules", ".cache", "node-compile-cache"));
