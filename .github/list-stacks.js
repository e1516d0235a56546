// Prints the jobs' matrices as outputs of a step: the stacks that have a settings file, production apart from the rest.
const fs = require("node:fs");

/** GitHub takes no more jobs of a matrix: docs.github.com/actions/reference/limits */
const MOST_JOBS = 256;

// Where Pulumi has the stacks' files: by `stackConfigDir` of Pulumi.yaml, or by `config`, as it was called before. Nothing is installed yet.
const project = fs.readFileSync("Pulumi.yaml", "utf8");
const [, folder = "."] =
  /^["']?(?:stackConfigDir|config)["']?:[ \t]+["']?([^"'#{\r\n][^"'#\r\n]*(?<!\s))/m.exec(project) ?? [];

const files = fs.readdirSync(folder).map((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1]);
const names = [...new Set(files.filter((name) => name !== undefined))].sort();
const isProduction = (name) => !/^(dev|sandbox)(-|$)/.test(name);
const lists = {
  all: names,
  development: names.filter((name) => !isProduction(name)),
  production: names.filter(isProduction),
};
for (const [list, stacks] of Object.entries(lists)) {
  if (stacks.length > MOST_JOBS) {
    console.error(
      `${list}: ${stacks.length} stacks, and a matrix has ${MOST_JOBS} jobs at most; move some to a project of their own`,
    );
    process.exitCode = 1;
  }
  console.log(`${list}=${JSON.stringify(stacks)}`);
}
