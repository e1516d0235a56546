import * as fs from "node:fs";
import { pictureFile, planPicture } from "./plan-picture";

async function main(): Promise<void> {
  fs.writeFileSync(pictureFile, await planPicture());
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
