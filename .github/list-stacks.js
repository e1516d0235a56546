// Prints the jobs' matrices as outputs of a step: the stacks that have a settings file, production apart from the rest.
const fs = require("node:fs");

/** GitHub takes no more jobs of a matrix: docs.github.com/actions/reference/limits */
const MOST_JOBS = 256;

const names = fs
  .readdirSync(".")
  .map((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1])
  .filter((name) => name !== undefined)
  .sort();
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
