import assert from "node:assert/strict";
import { fillIns, notYet } from "../../../automation/project/fill-ins";
import { settingsFor } from "../../support";

const QUEUE = "arn:aws:sqs:us-east-1:444455556666:sf-snowpipe-AIDA";
const connected = {
  braintrust: { accountId: "111122223333", orgId: "org-1" },
  snowflake: { iamUserArn: "arn:aws:iam::444455556666:user/snow", externalId: "acme_id=1" },
};

/** Settings with as many streams, of which the queues of the first `known` pipes are known. */
function settingsWith(streams: number, known: number) {
  const names = Array.from({ length: streams }, (_, index) => `team-${index + 1_000}`);
  return settingsFor({
    ...connected,
    streams: names.map((name) => ({ name })),
    events: { notificationChannels: Object.fromEntries(names.slice(0, known).map((name) => [name, QUEUE])) },
  });
}

describe("values that are still to be filled in", () => {
  it("are a queue of each stream up to a hundred, and one of all above, whose events every known queue gets", () => {
    const asked = (streams: number, known: number) =>
      fillIns(settingsWith(streams, known)).map(({ key, message }) => `${key}: ${message}`);
    assert.equal(asked(100, 60).length, 40);
    assert.match(
      asked(100, 60)[0] ?? "",
      /^events\.notificationChannels\.team-1060: .*its files are not announced$/,
    );
    assert.deepEqual(asked(101, 60), [
      "events.notificationChannels: 41 streams, team-1060 the first, have pipes whose queues are not known: unless a known queue has their events too, their files are not announced",
    ]);
    assert.deepEqual(asked(101, 100), [
      'events.notificationChannels: the queue of stream "team-1100"\'s pipe is not known: unless a known queue has its events too, its files are not announced',
    ]);
    assert.match(asked(101, 0)[0] ?? "", /101 streams, .* not known: their files are not announced$/);
    assert.deepEqual(asked(101, 101), []);
  });

  it("keep some files from flowing, or all, or the reports of load errors alone", () => {
    assert.equal(notYet(settingsWith(2, 0)), "no file can flow yet: awaiting-channel");
    assert.equal(notYet(settingsWith(2, 1)), "files of some streams may not be loaded yet: awaiting-channel");
    assert.equal(notYet(settingsFor()), "no file can flow yet: awaiting-braintrust");
    const errors = { ...connected.snowflake, errorNotifications: { enabled: true } };
    const events = { notificationChannels: { logs: QUEUE } };
    const reported = settingsFor({ ...connected, snowflake: errors, streams: [{ name: "logs" }], events });
    assert.equal(notYet(reported), "load errors are not reported yet");
  });
});
