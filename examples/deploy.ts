import { UsageError, up } from "../automation";

// node -r ts-node/register examples/deploy.ts dev
const [stack = "dev"] = process.argv.slice(2);
up({
  stack,
  create: true,
  onProgress: (event) => console.error(event.kind === "step" ? event.resource : event.message),
})
  .then(({ changes, outputs }) =>
    console.log(`${changes.length} changes; Braintrust's role is ${outputs.braintrustRoleArn}`),
  )
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  });
