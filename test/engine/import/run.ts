import { importExisting } from "../../../automation";
import { World } from "../fake-provider/world";
import { found, names } from "./account";

/** Imports the account into the stack that the arguments name, and hangs while it reads the role: a process to be killed. */
const [stack = "", workDir = "", account = ""] = process.argv.slice(2);
const confirm = async () => {
  // From here on the engine reads for the import, and no longer for the preview.
  new World(account).setFaults({ operation: "read", name: "pipeline-braintrust" });
  return true;
};
importExisting({ stack, workDir, names, look: async () => found, confirm, skipPreflight: true }).catch(
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
