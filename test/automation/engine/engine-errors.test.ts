import assert from "node:assert/strict";
import {
  backendError,
  commandError,
  knownError,
  projectError,
} from "../../../automation/engine/engine-errors";
import { StackBusyError, UsageError } from "../../../automation/errors";

/** What Pulumi says where a backend of its own has a lock. */
const locked = (...urls: string[]) =>
  [
    "code: 255",
    " stderr: Updating (dev):",
    `error: the stack is currently locked by ${urls.length} lock(s). Either wait for it to end.`,
    ...urls.map((url, pid) => `  ${url}: created by me@there (pid ${pid}) at 2026-11-25T10:00:00Z`),
  ].join("\n");
const CANCEL = "if it has died, `pulumi cancel --stack dev` once you are sure that no update runs";

describe("an engine's text that another update is in progress", () => {
  const said = (text: string) => {
    const error = knownError("dev", text);
    assert.ok(error instanceof StackBusyError, text);
    assert.match(
      error.message,
      /^another update of stack "dev" is in progress; try again when it ends, or pass --wait/,
    );
    return error.message;
  };

  it("is reported with the command that looks at the lock, where it lies in a folder", () => {
    const message = said(
      locked("file:///home/me/state/.pulumi/locks/organization/p/dev/a.json?no_tmp_dir=true"),
    );
    assert.match(
      message,
      /; `npm run pipeline -- recover --stack dev` shows whether it has died: the stack is/,
    );
    assert.doesNotMatch(message, /pulumi cancel/);
  });

  it("is reported with whose it is and what removes it, where it lies in a bucket", () => {
    const text = locked("s3://bucket/.pulumi/locks/a.json", "postgres://me:secret@host/.pulumi/locks/b.json");
    // The SDK says it twice.
    const message = said(`${text}\n err?: ${text}`);
    assert.ok(message.includes(CANCEL), message);
    const holders = ["; created by me@there (pid 0) at ", "; created by me@there (pid 1) at "];
    for (const holder of holders) assert.equal(message.split(holder).length, 2, message);
    assert.doesNotMatch(message, /recover|secret/);
  });

  it("is reported with what removes it, where it is Pulumi Cloud's", () => {
    const message = said("error: [409] Conflict: Another update is currently in progress.");
    assert.ok(message.includes(CANCEL), message);
    assert.doesNotMatch(message, /recover/);
  });
});

describe("an engine's text about Pulumi.yaml", () => {
  it("is a usage error with a line for each fault, once", () => {
    const text = [
      "error: could not validate '/home/me/Pulumi.yaml': 2 errors occurred:",
      "\t* #/plugins/providers/0: missing properties: 'path'",
      "\t* #/main: expected string or null, but got number",
      "",
    ].join("\n");
    const error = projectError(`code: 255\n stderr: ${text}\n err?: ${text}`);
    assert.ok(error instanceof UsageError);
    assert.deepEqual(error.message.split("\n"), [
      "Invalid Pulumi.yaml:",
      "  plugins.providers.0: missing properties: 'path'; correct it in the file",
      "  main: expected string or null, but got number; correct it in the file",
    ]);
    assert.equal(projectError("error: could not find 'Pulumi.yaml'"), undefined);
  });

  it("of one fault that the schema has no word for is the same error", () => {
    const saying = (text: string) => projectError(`error: could not ${text}`)?.message;
    assert.equal(
      saying("validate '/a/Pulumi.yaml': jsonschema: invalid jsonType: time.Time"),
      "Invalid Pulumi.yaml:\n  Pulumi.yaml: has a date, which Pulumi refuses there; put it in quotes",
    );
    assert.equal(
      saying("unmarshal '/a/Pulumi.yaml': project is missing a 'name' attribute"),
      "Invalid Pulumi.yaml:\n  Pulumi.yaml: project is missing a 'name' attribute; correct it in the file",
    );
  });

  it("is a usage error whichever of the engine's commands ended with it", () => {
    const text =
      "error: could not validate '/srv/Pulumi.yaml': 1 error occurred:\n\t* #/backend: expected object\n";
    const error = commandError("dev", "outputs", new Error(text));
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /^Invalid Pulumi\.yaml:\n {2}backend: expected object; /);
    assert.equal(commandError("dev", "history", error), error);
  });
});

describe("an engine's text about the backend", () => {
  // Of `pulumi stack select` 3.259.0 with backends of these kinds.
  for (const text of [
    'unable to open bucket "azblob://states": azureblob: Options.AccountName is required',
    'unable to open bucket "s3://states": open bucket s3://states: unknown query parameter "nope"',
    'read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, resolve auth scheme: resolve endpoint: endpoint rule error, Invalid region: region was not a valid DNS name.',
    "PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
    "missing google credentials: unable to find gcp credentials: google: could not find default credentials.",
  ]) {
    it(`is a usage error: ${text.slice(0, 40)}`, () => {
      const error = backendError(`code: 255\n stderr: \nerror: ${text}\n err?: \nerror: ${text}\n`);
      assert.ok(error instanceof UsageError);
      assert.ok(
        error.message.startsWith(`the backend cannot be opened: ${text}; correct PULUMI_BACKEND_URL`),
      );
    });
  }

  it("has no password, and of a query nothing that may be one", () => {
    const url = "postgres://acme:hunter2@db.acme.example:5432/states?password=hunter3&sslmode=require";
    const { message } = commandError(
      "dev",
      "preview",
      new Error(
        `error: unable to open state database "${url}": failed to ping PostgreSQL: connection refused`,
      ),
    );
    assert.equal(
      message,
      'preview of stack "dev" failed: unable to open state database ' +
        '"postgres://db.acme.example:5432/states?password=...&sslmode=require": failed to ping PostgreSQL: connection refused',
    );
  });

  it("is a failure where it does not answer", () => {
    const text = "error: operation error S3: GetObject, request send failed, dial tcp: lookup: no such host";
    assert.equal(backendError(text), undefined);
  });

  it("is not taken from what a resource of a run says", () => {
    assert.equal(
      knownError("dev", "error: pipeline-bucket-policy: NoSuchBucket: it does not exist"),
      undefined,
    );
  });
});

describe("an engine's command that failed", () => {
  it("is reported once where its text has been understood before", () => {
    const torn = commandError("dev", "export", new Error("error: failed to load checkpoint: place 1: EOF"));
    assert.match(torn.message, /^the state of stack "dev" cannot be read: /);
    assert.equal(commandError("dev", "outputs", torn), torn);
    assert.match(
      commandError("dev", "outputs", new Error("error: any")).message,
      /^outputs of .* failed: any$/,
    );
  });
});
