import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PipelineError, UsageError } from "../../../automation/errors";
import { writeServerCertificate } from "../../../automation/sandbox/certificate";
import { EmulatorMissingError, emulatorAccess, startEmulator } from "../../../automation/sandbox/emulator";
import { lastLines, serverEnvironment, waysToRun } from "../../../automation/sandbox/ministack";

describe("emulator", () => {
  let folder: string;
  let changed: Map<string, string | undefined>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "emulator-test-"));
    changed = new Map();
  });

  afterEach(() => {
    for (const [name, value] of changed) setVariable(name, value);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Changes this process's environment until the test ends. */
  function setVariable(name: string, value?: string): void {
    if (!changed.has(name)) changed.set(name, process.env[name]);
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }

  function program(name: string, script: string): string {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  describe("access", () => {
    const { environment: forChildren, pulumiConfig } = emulatorAccess(
      "https://localhost:4566",
      "/tmp/ca.pem",
    );

    it("lets the provider into no account but the emulator's where a terminal lacks these variables", () => {
      assert.deepEqual(pulumiConfig, {
        "aws:region": "us-east-1",
        "aws:allowedAccountIds": '["000000000000"]',
        "aws:s3UsePathStyle": "true",
      });
    });

    it("replaces whatever could lead child processes to the caller's own account", () => {
      assert.equal(forChildren.AWS_ENDPOINT_URL, "https://localhost:4566");
      assert.equal(forChildren.AWS_SESSION_TOKEN, "");
      assert.equal(forChildren.AWS_SHARED_CREDENTIALS_FILE, "/dev/null");
      assert.match(readFileSync(forChildren.AWS_CONFIG_FILE ?? "", "utf8"), /^\[default\]\n$/m);
      assert.equal(forChildren.AWS_PROFILE, "default");
    });

    it("adds its certificate for Node and the AWS SDKs without taking the system's roots away", () => {
      assert.equal(forChildren.AWS_CA_BUNDLE, "/tmp/ca.pem");
      assert.equal(forChildren.NODE_EXTRA_CA_CERTS, "/tmp/ca.pem");
      assert(!("SSL_CERT_FILE" in forChildren));
    });
  });

  describe("server environment", () => {
    const server = {
      port: 4566,
      region: "eu-west-1",
      folder: "/f",
      certFile: "/f/c.pem",
      keyFile: "/f/k.pem",
    };

    it("enforces policies over TLS on loopback alone, and keeps nothing", () => {
      const found = serverEnvironment({ AUTH: "false", BIND_HOST: "0.0.0.0", PERSIST_STATE: "1" }, server);
      assert.deepEqual(
        [found.AUTH, found.USE_SSL, found.CLOUDTRAIL_RECORDING, found.BIND_HOST, found.PERSIST_STATE],
        ["true", "1", "1", "127.0.0.1", "0"],
      );
      assert.deepEqual(
        [found.GATEWAY_PORT, found.TMPDIR, found.MINISTACK_REGION],
        ["4566", "/f", "eu-west-1"],
      );
    });

    it("keeps what installers need, and none of the caller's secrets or ministack settings", () => {
      const kept = { PATH: "/bin", HOME: "/home/u", HTTPS_PROXY: "http://proxy", UV_CACHE_DIR: "/uv" };
      const dropped = {
        AWS_SECRET_ACCESS_KEY: "x",
        PULUMI_CONFIG_PASSPHRASE: "x",
        MINISTACK_ACCOUNT_ID: "1",
        SERVICES: "s3",
      };
      const found = serverEnvironment({ ...kept, ...dropped }, server);
      for (const [name, value] of Object.entries(kept)) assert.equal(found[name], value);
      for (const name of Object.keys(dropped)) assert(!(name in found), name);
    });
  });

  describe("ways to run it", () => {
    it("are tried in order", () => {
      assert.deepEqual(
        waysToRun({}, "/home/u").map(({ name }) => name),
        ["ministack on PATH", "uvx", "pipx", "python3 with venv"],
      );
    });

    it("are one alone when the caller names a command", () => {
      assert.deepEqual(
        waysToRun({ MINISTACK: "/opt/ministack" }, "/home/u").map(({ name }) => name),
        ["MINISTACK=/opt/ministack"],
      );
    });

    it("use a cached virtual environment without installing anything", async () => {
      const venv = join(folder, "braintrust-snowflake", "ministack-1.5.33", "bin");
      mkdirSync(venv, { recursive: true });
      program(join("braintrust-snowflake", "ministack-1.5.33", "bin", "python"), "exit 0");
      const way = waysToRun({ XDG_CACHE_HOME: folder }, "/home/u").at(-1);
      assert.deepEqual(await way?.prepare(), [join(venv, "python"), "-m", "ministack"]);
    });

    it("say what each lacks when none works", async () => {
      program("uvx", "echo could not reach pypi.org >&2; exit 2");
      setVariable("PATH", folder);
      setVariable("XDG_CACHE_HOME", folder);
      setVariable("MINISTACK");
      await assert.rejects(startEmulator(), (error: Error) => {
        assert(error instanceof EmulatorMissingError && error instanceof PipelineError);
        assert.deepEqual(error.message.split("\n"), [
          "the sandbox needs the AWS emulator ministack 1.5.33, and no way to run it works here:",
          "  ministack on PATH: ministack is not there",
          '  uvx: "uvx --from ministack==1.5.33 ministack --help" failed (2): could not reach pypi.org',
          "  pipx: pipx is not there",
          "  python3 with venv: python3 is not there",
          "install uv, pipx or Python 3 with venv, name a command that runs it in MINISTACK, or give --endpoint one that runs already",
        ]);
        return true;
      });
      assert.deepEqual(readdirSync(join(folder, "braintrust-snowflake")), []);
    });
  });

  describe("start", () => {
    it("tells the last output of one that ends before it is ready, and leaves no files", async () => {
      setVariable("TMPDIR", folder);
      setVariable(
        "MINISTACK",
        program("ministack", '[ "$1" = --help ] || { echo "port is taken"; exit 1; }'),
      );
      await assert.rejects(startEmulator(), {
        name: "PipelineError",
        message: "the emulator ended before it was ready; its last output:\nport is taken",
      });
      assert.deepEqual(readdirSync(folder), ["ministack"]);
    });

    it("tries other ports where another process has taken the one it chose", async () => {
      setVariable("TMPDIR", folder);
      const ports = join(folder, "ports");
      const run = `[ "$1" = --help ] || { echo "$GATEWAY_PORT" >>'${ports}'; echo 'OSError: Address already in use'; exit 1; }`;
      setVariable("MINISTACK", program("ministack", run));
      await assert.rejects(startEmulator(), /ended before it was ready;.*\nOSError: Address already in use$/);
      const tried = readFileSync(ports, "utf8").trim().split("\n");
      assert.equal(tried.length, 3);
      assert.ok(new Set(tried).size > 1);
    });

    it("can be interrupted, and leaves no files", async () => {
      setVariable("TMPDIR", folder);
      setVariable("MINISTACK", program("ministack", '[ "$1" = --help ] || exec sleep 60'));
      const signal = AbortSignal.timeout(500);
      await assert.rejects(startEmulator({ signal }), { name: "TimeoutError" });
      assert.deepEqual(readdirSync(folder), ["ministack"]);
    });
  });

  describe("one that runs already", () => {
    it("must be named by an https URL with its certificate", async () => {
      setVariable("AWS_CA_BUNDLE", join(folder, "none.pem"));
      for (const endpoint of ["http://localhost:4566", "localhost:4566", ""]) {
        await assert.rejects(startEmulator({ endpoint }), UsageError);
      }
      await assert.rejects(
        startEmulator({ endpoint: "https://localhost:4566" }),
        /AWS_CA_BUNDLE = ".*none\.pem": must exist; name the PEM file/,
      );
      setVariable("AWS_CA_BUNDLE");
      await assert.rejects(startEmulator({ endpoint: "https://localhost:4566" }), /AWS_CA_BUNDLE must name/);
    });

    it("must enforce policies, and be there", async () => {
      const { certFile, keyFile } = await writeServerCertificate(folder, ["localhost"]);
      setVariable("AWS_CA_BUNDLE", certFile);
      let health: object = { version: "1.5.33", auth: "disabled" };
      const server = createServer(
        { cert: readFileSync(certFile), key: readFileSync(keyFile) },
        (_, response) => response.end(JSON.stringify(health)),
      ).listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const endpoint = `https://localhost:${(server.address() as AddressInfo).port}`;
      try {
        await assert.rejects(startEmulator({ endpoint }), /enforces no policies; start it with AUTH=true/);
        health = { status: "ok" };
        await assert.rejects(startEmulator({ endpoint }), /no ministack answers there/);
        health = { version: "1.5.33", auth: "enabled" };
        assert.equal((await startEmulator({ endpoint: `${endpoint}/` })).endpoint, endpoint);
      } finally {
        server.close();
      }
      await assert.rejects(startEmulator({ endpoint }), /no ministack answers there.*ECONNREFUSED/);
    });
  });

  it("makes a certificate for its hosts, and a key for its owner alone", async () => {
    const { certFile, keyFile } = await writeServerCertificate(folder, ["localhost", "a.localhost"]);
    const certificate = new X509Certificate(readFileSync(certFile));
    assert.equal(certificate.subjectAltName, "DNS:localhost, DNS:a.localhost, IP Address:127.0.0.1");
    assert(certificate.verify(certificate.publicKey));
    assert(Date.parse(certificate.validTo) - Date.now() > 300 * 86_400_000);
    assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  });

  it("shows the last lines that say something", () => {
    assert.equal(lastLines("one\n\ntwo\n  \nthree\n", 2), "two\nthree");
    assert.equal(lastLines("", 2), "");
  });
});
