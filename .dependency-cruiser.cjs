const fs = require("node:fs");
const path = require("node:path");

/** What every room of automation/ may import. */
const ground = [
  "automation/errors",
  "automation/paths",
  "automation/command-line",
  "automation/debug",
  "automation/policy-document",
  "components/package",
];

/** What every component may import. */
const vocabulary = [
  "components/account",
  "components/arguments",
  "components/aws-limits",
  "components/physical-names",
  "components/streams",
  "components/settings/partitions",
];

/** What each room may import besides itself and packages: docs/architecture.md says what it is for. From the ground up. */
const rooms = {
  "components/settings": ["components/aws-limits", "components/physical-names", "components/streams"],
  "components/settings/rules": [
    "components/aws-limits",
    "components/settings/partitions",
    "components/settings/snowflake-names",
  ],
  "components/settings/conflicts": ["components/physical-names", "components/settings/"],
  "components/storage": [...vocabulary],
  "components/access": [...vocabulary, "components/storage/"],
  "components/events": [...vocabulary, "components/access/", "components/storage/share"],
  "components/audit": [...vocabulary, "components/storage/"],
  "components/monitoring": [
    ...vocabulary,
    "components/former-names",
    "components/storage/",
    "components/events/",
  ],
  "components/pipeline": [
    ...vocabulary,
    "components/package",
    ...["settings", "storage", "access", "events", "audit", "monitoring"].map(
      (room) => `components/${room}/`,
    ),
  ],
  "automation/terminal": [...ground],
  "automation/project": [
    ...ground,
    "automation/terminal/counted",
    "components/settings/",
    "components/streams",
  ],
  "automation/aws": [
    ...ground,
    "automation/proxies",
    "automation/terminal/counted",
    "automation/project/",
    "components/settings/",
  ],
  "automation/cost": [...ground, "automation/terminal/", "components/settings/", "components/storage/"],
  "automation/plan": [...ground, ...["terminal", "project", "cost"].map(below), "components/"],
  "automation/controls": ["automation/policy-document"],
  "automation/report": [
    ...ground,
    "automation/outputs",
    ...["terminal", "project", "cost", "plan", "controls", "deploy", "reconcile", "status", "verify"].map(
      below,
    ),
    "components/settings/",
    "components/storage/share-names",
  ],
  "automation/report/access": [...ground, below("plan")],
  "automation/report/diagram": [
    "automation/outputs",
    ...["terminal", "plan"].map(below),
    "automation/report/page/html",
    "components/settings/",
  ],
  "automation/report/live": [
    ...ground,
    "automation/outputs",
    ...["terminal", "deploy", "reconcile", "status", "verify"].map(below),
  ],
  "automation/report/sections": [
    ...["cost", "plan", "controls", "reconcile", "verify", "report"].map(below),
    "components/settings/",
  ],
  "automation/report/page": [...["terminal", "plan", "report"].map(below), "components/package"],
  "automation/engine": [
    ...ground,
    ...["terminal", "project"].map(below),
    "components/settings/",
    "components/program",
  ],
  "automation/engine/cli": [...ground, "automation/engine/sdk-internals"],
  "automation/engine/run": [...ground, ...["terminal", "engine"].map(below), "components/settings/"],
  "automation/engine/state": [
    ...ground,
    "automation/engine/backend",
    "automation/engine/changes",
    "automation/engine/engine-errors",
    "automation/project/stack-name",
    "components/settings/",
  ],
  "automation/deploy": [
    ...ground,
    "automation/outputs",
    ...["terminal", "project", "aws", "engine"].map(below),
    "components/settings/",
    "components/stateful",
    // Below, preflight/ alone.
    "components/events/snowpipe-events",
    "components/storage/share-names",
    "provider/",
  ],
  "automation/deploy/recovery": [
    ...ground,
    ...["project", "aws", "engine", "deploy"].map(below),
    "components/settings/",
  ],
  "automation/deploy/preflight": [
    ...ground,
    ...["project", "aws", "engine"].map(below),
    "components/settings/",
    "components/events/snowpipe-events",
    "components/storage/share-names",
    "provider/",
  ],
  "automation/keys": [
    ...ground,
    ...["project", "aws", "engine", "deploy"].map(below),
    "components/settings/",
  ],
  "automation/snowflake/sql": [...ground, "automation/outputs", "components/settings/", "components/streams"],
  "automation/snowflake/answers": [...ground],
  "automation/snowflake/handshake": [
    ...ground,
    "automation/outputs",
    ...["terminal", "project", "engine", "deploy", "snowflake/sql", "snowflake/answers"].map(below),
    "components/settings/",
    "components/outputs",
  ],
  "automation/reconcile": [
    ...ground,
    "automation/outputs",
    ...["terminal", "aws", "engine", "deploy", "snowflake"].map(below),
  ],
  "automation/braintrust": [
    ...ground,
    "automation/outputs",
    "automation/proxies",
    "automation/terminal/counted",
  ],
  "automation/status": [
    ...ground,
    ...["terminal", "project", "aws", "engine", "deploy", "keys", "braintrust"].map(below),
    "components/settings/",
  ],
  "automation/verify": [
    ...ground,
    "automation/outputs",
    ...["terminal", "project", "aws", "engine", "deploy", "snowflake/sql"].map(below),
    "components/",
  ],
  "automation/import": [
    ...ground,
    ...["terminal", "project", "aws", "engine", "deploy"].map(below),
    "components/settings/",
    "components/physical-names",
    "components/program",
    "components/storage/share-names",
    "provider/overlap",
  ],
  "automation/import/look": [
    ...ground,
    ...["project", "aws", "deploy"].map(below),
    ...["belonging", "found", "names"].map((file) => `automation/import/${file}`),
    "components/physical-names",
  ],
  "automation/import/judge": [
    ...ground,
    ...["terminal", "project", "aws"].map(below),
    ...["belonging", "found", "imports"].map((file) => `automation/import/${file}`),
    "components/settings/",
    "components/physical-names",
    "components/storage/share-names",
    "provider/overlap",
  ],
  "automation/permissions": [
    ...ground,
    "automation/outputs",
    "automation/engine/backend",
    ...["project", "plan", "verify"].map(below),
    "components/aws-limits",
    "components/settings/",
    "components/storage/share-names",
  ],
  "automation/doctor": [
    ...ground,
    "automation/proxies",
    "automation/terminal/counted",
    ...["project", "aws", "engine", "deploy", "braintrust", "snowflake/handshake"].map(below),
  ],
  "automation/launch": [
    ...ground,
    "automation/outputs",
    ...["project", "aws", "engine", "deploy", "braintrust", "snowflake", "doctor"].map(below),
    "automation/verify/export-files",
    "components/settings/",
  ],
  "automation/sandbox": [
    ...ground,
    "automation/outputs",
    ...["terminal", "project", "aws", "engine", "deploy", "verify"].map(below),
    "components/settings/",
  ],
  "automation/commands": ["automation/", "components/"],
  "automation/commands/options": [
    ...ground,
    "automation/error-report",
    ...["terminal", "engine", "deploy"].map(below),
    "components/settings/",
  ],
  policy: [
    "compile-cache",
    "automation/policy-document",
    "components/settings/production",
    "components/stateful",
    "components/storage/share-names",
  ],
  "policy/rules": [
    "automation/policy-document",
    "components/stateful",
    "components/storage/share-names",
    "policy/",
  ],
  provider: ["compile-cache", "automation/aws/", "components/"],
};

/** Checks of one kind know what all checks share, and no check of another kind. */
for (const kind of ["configuration", "access", "data", "freshness"]) {
  rooms[`automation/verify/${kind}`] = [
    "automation/aws/",
    "automation/command-line",
    "automation/policy-document",
    "automation/terminal/counted",
    ...["check", "clients", "export-files", "policies", "probe", "subject"].map(
      (file) => `automation/verify/${file}`,
    ),
    "components/",
  ];
}

/** Packages that have no business in a room. */
const strangers = {
  "components/settings": "@pulumi/aws|@aws-sdk",
  components: "@aws-sdk|@pulumi/pulumi/automation",
  "automation/terminal": "@pulumi|@aws-sdk",
  "automation/project": "@pulumi|@aws-sdk",
  "automation/cost": "@pulumi|@aws-sdk",
  "automation/plan": "@aws-sdk|@pulumi/pulumi/automation",
  "automation/engine": "@aws-sdk|@pulumi/aws",
  "automation/snowflake": "@aws-sdk|@pulumi/aws",
  "automation/braintrust": "@pulumi|@aws-sdk",
};

/** What imports nobody, so that everybody may import it. */
const groundFiles = [
  ...["account", "arguments", "aws-limits", "output-contract", "package", "physical-names", "stateful"].map(
    (file) => `components/${file}`,
  ),
  ...["errors", "paths", "command-line", "debug", "outputs", "policy-document", "proxies"].map(
    (file) => `automation/${file}`,
  ),
];

/** Folders whose own files may import every room below them; their rules are those of "components" and "entrances". */
const open = ["components", "automation"];

function below(room) {
  return `automation/${room}/`;
}

const files = ["components", "automation", "provider", "policy"].flatMap((top) =>
  fs
    .readdirSync(path.join(__dirname, top), { recursive: true })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${top}/${file.replaceAll(path.sep, "/")}`),
);
const folders = new Set(files.map((file) => path.posix.dirname(file)));

/** A room without a rule could import anything. */
const lawless = [...folders].filter((folder) => !(folder in rooms) && !open.includes(folder));
if (lawless.length > 0) {
  throw new Error(`${lawless.join(", ")}: say in .dependency-cruiser.cjs what may be imported there`);
}

/** A rule of what is gone would seem to guard something. */
const places = [...Object.keys(rooms), ...Object.keys(strangers)].map((room) => `${room}/`);
const dead = [...places, ...vocabulary, ...Object.values(rooms).flat(), ...groundFiles].filter(
  (place) => place !== "compile-cache" && !files.some((file) => file.startsWith(place)),
);
if (dead.length > 0) {
  throw new Error(
    `${[...new Set(dead)].join(", ")}: .dependency-cruiser.cjs has rules of it, and it is gone`,
  );
}

module.exports = {
  forbidden: [
    {
      name: "no-circle",
      comment:
        "Files that import each other can be neither read nor tested apart: move what both need below both.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: room,
      comment: `${room}/ may import ${allowed.length === 0 ? "nothing outside itself" : allowed.join(", ")}.`,
      severity: "error",
      from: { path: `^${room}/` },
      to: {
        path: "^(index|components|automation|provider|policy|bench|examples|test)\\b",
        pathNot: [`^${room}/`, ...allowed.map((place) => `^${place}`)],
      },
    })),
    ...Object.entries(strangers).map(([room, packages]) => ({
      name: `${room}: packages`,
      comment: `${room}/ does without ${packages.replaceAll("|", ", ")}.`,
      severity: "error",
      from: { path: `^${room}/` },
      to: { path: `^node_modules/(${packages})\\b` },
    })),
    {
      name: "components",
      comment: "The program knows nothing of what drives it.",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "^(index|automation|provider|policy|bench|examples|test)\\b" },
    },
    {
      name: "settings are read last",
      comment: "What a text or two settings together may be is known without reading them.",
      severity: "error",
      from: { path: "^components/settings/(rules|conflicts)/" },
      to: { path: "^components/settings/read-settings" },
    },
    {
      name: "ground",
      comment: "What everybody may import imports nobody.",
      severity: "error",
      from: {
        path: `^(${groundFiles.join("|")})\\.ts$`,
      },
      to: {
        path: "^(index|components|automation|provider|policy|bench|examples|test)\\b",
        pathNot: "^(automation/errors|components/(output-contract|settings/problems))",
      },
    },
    {
      name: "commands",
      comment: "Commands are for the command line: what somebody else needs of one belongs in a room.",
      severity: "error",
      from: { pathNot: "^automation/(cli\\.ts|commands/)|^test/" },
      to: { path: "^automation/commands/" },
    },
    {
      name: "entrances",
      comment: "cli.ts and index.ts are for callers from outside.",
      severity: "error",
      from: { path: "^(components|automation|policy)/" },
      to: { path: "^(automation/(cli|index)\\.ts|bench|examples|test)\\b" },
    },
  ],
  options: {
    // Imports of types count as well.
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["require", "node", "default", "types"],
    },
  },
};
