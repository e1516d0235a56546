import assert from "node:assert/strict";
import { preview, up } from "../../automation";
import { changesOf } from "../past/changes";
import { pasts, projectOf } from "../past/past";
import { StatefulResources } from "../past/stateful-resources";
import { ofThisTurn } from "../turn";

/** One change in so many. */
const SHARES = 24;

describe("the state of an earlier version, by `up`", () => {
  for (const past of pasts) {
    it(`${past.name} is brought up to date, and loses nothing`, async () => {
      const project = await projectOf(past);
      try {
        const stateful = StatefulResources.of(project);
        stateful.assertUntouched(await preview(project.options));
        await up(project.options);
        await stateful.assertKept();
        await project.assertSettled();
        assert.deepEqual(await preview(project.options), []);
      } finally {
        await project.remove();
      }
    });
  }

  for (const { past, title, settings, same } of ofThisTurn(changesOf(pasts), SHARES)) {
    it(`${past.name} is brought up to date and loses nothing where ${title}`, async () => {
      const project = await projectOf(past);
      try {
        const stateful = StatefulResources.of(project);
        await project.set(settings);
        stateful.assertUntouched(await preview(project.options));
        const { changes } = await up(project.options);
        assert.ok(same || changes.length > 0, "nothing was changed");
        await stateful.assertKept();
        await project.assertSettled();
        assert.deepEqual(await preview(project.options), []);
      } finally {
        await project.remove();
      }
    });
  }
});
