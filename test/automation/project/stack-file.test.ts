import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { UsageError } from "../../../automation/errors";
import { planStack } from "../../../automation/plan/plan";
import { warnings } from "../../../automation/plan/problems";
import { ensureExternalId } from "../../../automation/project/external-id";
import {
  createStackFile,
  editStackFile,
  readStackFile,
  settingChange,
  settingsOf,
  stackFileNames,
} from "../../../automation/project/stack-file";
import { formatProblem } from "../../../components/settings/problems";
import { parseSettings } from "../../../components/settings/read-settings";
import { ENCRYPTED } from "../../../components/settings/values";
import { fixtureProject } from "../../fixtures/project";

describe("a stack's file", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), "stack-file-"));
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  const file = () => path.join(dir, "Pulumi.dev.yaml");

  describe("readStackFile", () => {
    it("tells which settings hold something encrypted, in a map or in a list", async () => {
      await fs.writeFile(path.join(dir, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n");
      await fs.writeFile(
        file(),
        `config:
  aws:region: us-east-1
  braintrust-snowflake:braintrust:
    orgId:
      secure: v1:abc
  braintrust-snowflake:crossAccountReaders:
    - arn:
        secure: v1:def
`,
      );
      const read = await readStackFile("dev", dir);
      assert.deepEqual(read.encrypted, [
        "braintrust-snowflake:braintrust.orgId",
        "braintrust-snowflake:crossAccountReaders[0].arn",
      ]);
      assert.deepEqual(read.secretKeys, [
        "braintrust-snowflake:braintrust",
        "braintrust-snowflake:crossAccountReaders",
      ]);
      assert.equal(settingsOf(read).crossAccountReaders[0]?.arn, ENCRYPTED);
    });

    it("reads merge keys as the engine does: keys of a map's own win, then the maps named first", async () => {
      await write(`  braintrust-snowflake:streams:
    - &base { name: a, format: parquet }
    - { <<: *base, name: b }
    - { name: c, <<: [{ format: jsonl }, *base] }
`);
      const { streams } = settingsOf(await readStackFile("dev", dir));
      assert.deepEqual(
        streams.map(({ name, format }) => [name, format]),
        [
          ["a", "parquet"],
          ["b", "parquet"],
          ["c", "jsonl"],
        ],
      );
    });
  });

  const write = async (config: string, more = "") => {
    await fs.writeFile(path.join(dir, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n");
    await fs.writeFile(file(), `config:\n  aws:region: us-east-1\n${config}${more}`);
  };
  const problemsIn = async (config: string) => {
    await write(config);
    return parseSettings(await readStackFile("dev", dir)).problems.map((problem) => formatProblem(problem));
  };

  describe("texts without quotes", () => {
    const own = (key: string, inner: string) => `  braintrust-snowflake:${key}:\n    ${inner}\n`;
    const refused: readonly (readonly [config: string, key: string, value: string])[] = [
      ...["00012345", "1234567890123456789", "2024-01-01", "2020_1", "12345", "0x1F", "true"].map(
        (id) => [own("snowflake", `externalId: ${id}`), "snowflake.externalId", id] as const,
      ),
      [own("braintrust", "orgId: 2020_1"), "braintrust.orgId", "2020_1"],
      [own("braintrust", "accountId: 111_122_223_333"), "braintrust.accountId", "111_122_223_333"],
      [own("braintrust", "projectIds: [a, 017]"), "braintrust.projectIds[1]", "017"],
      [own("streams", "- { name: logs, table: 2024 }"), "streams[0].table", "2024"],
      ["  braintrust-snowflake:bucketName: 20240101\n", "bucketName", "20240101"],
      ["  aws:allowedAccountIds: [0111122223333]\n", "aws:allowedAccountIds[0]", "0111122223333"],
      ["  aws:defaultTags: { tags: { cost: 00123 } }\n", "aws:defaultTags.tags.cost", "00123"],
      ["  aws:defaultTags: { tags: { day: 2024-01-01 } }\n", "aws:defaultTags.tags.day", "2024-01-01"],
    ];
    for (const [config, key, value] of refused) {
      it(`are refused where the engine reads another value: ${key} = ${value}`, async () => {
        const [problem = "", ...others] = await problemsIn(config);
        assert.ok(problem.startsWith(`${key} = ${value}: must be a text`), problem);
        assert.match(problem, /put it in quotes/);
        assert.ok(
          others.every((other) => other.startsWith(key.replace(/\[\d+\]$/, ""))),
          others.join("\n"),
        );
        const quoted = config.replace(value, `"${value}"`);
        assert.ok(
          (await problemsIn(quoted)).every((other) => !/put it in quotes/.test(other)),
          quoted,
        );
      });
    }

    it("are taken where every reader reads the same: account ids of 12 digits, tags, words", async () => {
      await write(`  aws:allowedAccountIds: [111122223333]
  aws:defaultTags: { tags: { cost: 1234, live: true } }
  braintrust-snowflake:braintrust: { accountId: 111122223333, orgId: yes }
  braintrust-snowflake:monitoring: { monthlyBudgetUsd: 49.90, storageGb: 1_000, alertEmails: [a@b.co] }
`);
      const { braintrust, monitoring, defaultTags } = settingsOf(await readStackFile("dev", dir));
      assert.deepEqual([braintrust.accountId, braintrust.orgId], ["111122223333", "yes"]);
      assert.deepEqual([monitoring.monthlyBudgetUsd, monitoring.storageGb], [49.9, 1000]);
      assert.deepEqual(defaultTags, { cost: "1234", live: "true" });
    });
  });

  describe("environments", () => {
    const forms: readonly (readonly [text: string, names: readonly string[]])[] = [
      ["environment: [acme/prod, base]\n", ["acme/prod", "base"]],
      ["environment:\n  - acme/prod: { merge: false }\n  - base\n", ["acme/prod", "base"]],
      ["environment: { imports: [acme/prod] }\n", ["acme/prod"]],
      ["environment: { imports: [acme/prod: { merge: false }] }\n", ["acme/prod"]],
      ["environment: { values: { pulumiConfig: { a: 1 } } }\n", ["(inline values)"]],
      ["environment: { values: { environmentVariables: { A: 0x1, B: true } } }\n", ["(inline values)"]],
      ["environment: [2024-01-02, 5, true]\n", ["2024-01-02", "5", "true"]],
      ["environment: { imports: [base], values: { a: 1 } }\n", ["base", "(inline values)"]],
    ];
    for (const [text, names] of forms) {
      it(`are known by name, and no external id is chosen beside them: ${text.trim()}`, async () => {
        await write("", text);
        assert.deepEqual((await readStackFile("dev", dir)).environments, names);
        assert.equal(await ensureExternalId("dev", dir), undefined);
        assert.doesNotMatch(await fs.readFile(file(), "utf8"), /externalId/);
        const read = await readStackFile("dev", dir);
        const warned = warnings(settingsOf(read), read).filter(({ key }) => key === "environment");
        assert.equal(warned.length, names.length);
        assert.doesNotMatch(JSON.stringify(warned), /\[object/);
      });
    }

    it("that are none do not keep an external id from being chosen", async () => {
      await write("", "environment: []\n");
      assert.match(String(await ensureExternalId("dev", dir)), /^braintrust-dev-/);
    });
  });

  describe("in a folder of its own", () => {
    for (const form of ["stackConfigDir: stacks", "config: stacks", "stackConfigDir: ./deep/stacks/"]) {
      it(`is read, listed, edited and created there: ${form}`, async () => {
        const folder = path.join(dir, form.includes("deep") ? "deep/stacks" : "stacks");
        const project = `name: braintrust-snowflake\nruntime: nodejs\n${form}\n`;
        await fs.writeFile(path.join(dir, "Pulumi.yaml"), project);
        await fs.writeFile(file(), "config:\n  aws:region: eu-west-1\n");
        await fs.mkdir(folder, { recursive: true });
        await createStackFile("dev", { "aws:region": "us-east-1" }, dir);
        await editStackFile("dev", [settingChange(["snowflake", "externalId"], "id-1")], dir);
        assert.deepEqual(await stackFileNames(dir), ["dev"]);
        const settings = settingsOf(await readStackFile("dev", dir));
        assert.deepEqual([settings.region, settings.snowflake.externalId], ["us-east-1", "id-1"]);
        assert.deepEqual(await fs.readdir(folder), ["Pulumi.dev.yaml"]);
        assert.doesNotMatch(await fs.readFile(file(), "utf8"), /externalId/);
      });
    }

    it("is refused where the project names the folder twice", async () => {
      const project = "name: braintrust-snowflake\nruntime: nodejs\nconfig: a\nstackConfigDir: b\n";
      await fs.writeFile(path.join(dir, "Pulumi.yaml"), project);
      await assert.rejects(
        readStackFile("dev", dir),
        /config = "a": must not name the stacks' folder beside/,
      );
    });
  });

  describe("by a name with its organization", () => {
    for (const name of [
      "acme/dev",
      "acme/braintrust-snowflake/dev",
      "organization/braintrust-snowflake/dev",
    ]) {
      it(`is that of the stack alone: ${name}`, async () => {
        await write("");
        assert.equal((await readStackFile(name, dir)).stack, "dev");
        assert.equal(settingsOf(await readStackFile(name, dir)).stack, "dev");
        await editStackFile(name, [settingChange(["snowflake", "externalId"], "id-1")], dir);
        assert.match(await fs.readFile(file(), "utf8"), /externalId: id-1/);
        assert.equal(
          (await planStack(name, dir)).outputs.bucketName,
          "braintrust-exports-dev-123456789012-us-east-1",
        );
      });
    }

    for (const [name, rule] of [
      ["acme/other-project/dev", /is of the project other-project/],
      ["a/b/c/dev", /must be a stack's name, alone or with/],
      ["/dev", /must be a stack's name, alone or with/],
      ["acme/braintrust-snowflake/", /must be a stack's name, alone or with/],
    ] as const) {
      it(`is refused: ${name}`, async () => {
        await write("");
        await assert.rejects(readStackFile(name, dir), (error: Error) => {
          assert.ok(error instanceof UsageError);
          assert.match(error.message, rule);
          return true;
        });
      });
    }
  });

  it("takes an empty AWS_REGION for none, and AWS_DEFAULT_REGION then", async () => {
    await write("");
    const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
    Object.assign(process.env, { AWS_REGION: "", AWS_DEFAULT_REGION: "eu-west-1" });
    try {
      assert.equal((await readStackFile("dev", dir)).environmentRegion, "eu-west-1");
    } finally {
      for (const [name, value] of Object.entries({ AWS_REGION, AWS_DEFAULT_REGION })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });

  for (const [text, key, rule] of [
    [
      "config:\n  exportPrefix: lake/\n  braintrust-snowflake:exportPrefix: bi/\n",
      "braintrust-snowflake:exportPrefix",
      "is the key exportPrefix in another form",
    ],
    [
      "config:\n  aws:config:region: sa-east-1\n  aws:region: eu-west-3\n",
      "aws:region",
      "is the key aws:config:region in another form",
    ],
    [
      "x-team: &team data\nbraintrust-snowflake:exportPrefix: lake/\n",
      "braintrust-snowflake:exportPrefix",
      "must be below `config:`",
    ],
    ["Config:\n  aws:region: sa-east-1\n", "Config", "must be below `config:`"],
  ] as const) {
    it(`is refused where the engine would read another value, or none: ${text.trim()}`, async () => {
      await fs.writeFile(path.join(dir, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n");
      await fs.writeFile(file(), text);
      await assert.rejects(readStackFile("dev", dir), (error: Error) => {
        const [first, line = "", ...others] = error.message.split("\n");
        assert.deepEqual([first, others], ["Invalid Pulumi.dev.yaml:", []]);
        assert.ok(line.startsWith(`  ${key} = (not shown): ${rule}`), line);
        return true;
      });
    });
  }

  it("names the ending that the engine reads", async () => {
    await write("");
    await fs.rename(file(), file().replace(/yaml$/, "yml"));
    await assert.rejects(readStackFile("dev", dir), /Pulumi\.dev\.yml: rename it to Pulumi\.dev\.yaml/);
  });

  it("advises no command with a name that no stack may have", async () => {
    await write("");
    for (const name of ["a b", "../acme", "prod$(id)", "'"]) {
      await assert.rejects(
        readStackFile(name, dir),
        /^UsageError: --stack = .*: must be a stack's name, alone/,
      );
    }
    await assert.rejects(
      readStackFile("acme-eu", dir),
      /`npm run pipeline -- init --stack acme-eu` writes one/,
    );
  });

  describe("editStackFile", () => {
    beforeEach(() =>
      fs.writeFile(path.join(dir, "Pulumi.yaml"), "name: braintrust-snowflake\nruntime: nodejs\n"),
    );

    async function edited(text: string, externalId: string): Promise<string> {
      await fs.writeFile(file(), text);
      await editStackFile("dev", [settingChange(["snowflake", "externalId"], externalId)], dir);
      return fs.readFile(file(), "utf8");
    }

    for (const stack of ["dev", "prod"]) {
      it(`changes one line of the ${stack} stack's file, and no comment`, async () => {
        const text = await fs.readFile(path.join(fixtureProject, `Pulumi.${stack}.yaml`), "utf8");
        assert.match(text, /^ {4}externalId:$/m);
        assert.equal(await edited(text, "id-1"), text.replace(/^ {4}externalId:$/m, "    externalId: id-1"));
      });
    }

    for (const mode of [0o600, 0o640, 0o644]) {
      it(`keeps a file's mode of ${mode.toString(8)}, and a link to it`, async () => {
        const target = path.join(dir, "shared.yaml");
        await fs.writeFile(target, "config: {}\n");
        await fs.chmod(target, mode);
        await fs.rm(file(), { force: true });
        await fs.symlink(target, file());
        try {
          await editStackFile("dev", [settingChange(["exportPrefix"], "other/")], dir);
          assert.ok((await fs.lstat(file())).isSymbolicLink());
          assert.match(await fs.readFile(target, "utf8"), /exportPrefix: other\//);
          assert.equal((await fs.stat(target)).mode & 0o777, mode);
        } finally {
          await fs.rm(file());
        }
      });
    }

    it("leaves each comment with its key, also where values are missing", async () => {
      const text = `config:
  # of a
  a:
    b: # of b
    # of c
    c:

  # of snowflake
  braintrust-snowflake:snowflake:
    iamUserArn:

    # of externalId
    externalId:
`;
      assert.equal(await edited(text, "id-1"), text.replace("externalId:\n", "externalId: id-1\n"));
    });

    it("quotes what a reader could take for another type, and leaves other values as they are", async () => {
      const text = "config:\n  braintrust-snowflake:snowflake:\n    schema: yes\n";
      for (const id of ["00012345", "2020_1", "2024-01-01", "123", "0x1F", "true", "1:30"]) {
        assert.equal(await edited(text, id), `${text}    externalId: "${id}"\n`);
      }
    });

    it("writes into a section that is JSON text, as a map", async () => {
      const text = `config:\n  braintrust-snowflake:snowflake: '{"access":"role","schema":"S"}'\n`;
      const section = `config:\n  braintrust-snowflake:snowflake:\n    access: role\n    schema: S\n    externalId: id-1\n`;
      assert.equal(await edited(text, "id-1"), section);
    });

    it("writes into a section without a value, and into an empty file", async () => {
      const section = "config:\n  braintrust-snowflake:snowflake:\n    externalId: id-1\n";
      for (const text of ["config:\n  braintrust-snowflake:snowflake:\n", "config:\n", ""]) {
        assert.equal(await edited(text, "id-1"), section);
      }
    });
  });
});
