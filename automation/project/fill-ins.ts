import { phaseOf, type Settings, subscriberOf } from "../../components/settings/settings";
import { areMerged } from "../../components/streams";

/** A setting that is still unset, and where its value is shown. */
export interface FillIn {
  readonly severity: "fill-in";
  /** The setting it is about. */
  readonly key: string;
  readonly message: string;
  readonly fix: string;
}

/** Values that only Braintrust or Snowflake can tell and nobody has filled in, in the order in which they come up. */
export function fillIns(settings: Settings): FillIn[] {
  const { braintrust, snowflake, events, streams } = settings;
  const missing: FillIn[] = [];
  const ask = (key: string, value: unknown, message: string, fix: string) => {
    if (value === undefined) missing.push({ severity: "fill-in", key, message, fix });
  };
  const nobody = "until then Braintrust's role cannot be assumed";
  const dialog = "Braintrust shows it in the dialog of a new S3 export that asks for the role's ARN";
  ask(
    "braintrust.accountId",
    braintrust.accountId ?? braintrust.principalArns,
    `Braintrust's AWS account is not known: ${nobody}`,
    dialog,
  );
  ask(
    "braintrust.orgId",
    braintrust.orgId,
    `your Braintrust organization's id is not known: ${nobody}`,
    dialog,
  );
  if (snowflake.access === "role") {
    const unread = "until then Snowflake's role cannot be assumed";
    ask(
      "snowflake.externalId",
      snowflake.externalId,
      `no external id is chosen: ${unread}`,
      "nothing to do: `up` generates one; if the integration exists already, its STORAGE_AWS_EXTERNAL_ID",
    );
    ask(
      "snowflake.iamUserArn",
      snowflake.iamUserArn,
      `Snowflake's IAM user is not known: ${unread}`,
      "STORAGE_AWS_IAM_USER_ARN of DESC INTEGRATION, one for a whole Snowflake account; `connect` fills it in",
    );
  }
  if (events.mode === "sns" && snowflake.access === "user") {
    ask(
      "snowflake.snsSubscriberArn",
      subscriberOf(settings),
      "the principal that subscribes to the topic is not known: Snowflake cannot subscribe",
      "SELECT SYSTEM$GET_AWS_SNS_IAM_POLICY('<topic ARN>'); `connect` fills it in",
    );
  }
  if (events.mode === "snowflake-queue") {
    const source = "notification_channel of SHOW PIPES, once the pipe exists; `connect` fills it in";
    const unknown = streams.filter(({ channel }) => channel === undefined);
    const [first] = unknown;
    if (areMerged(streams) && first !== undefined) {
      // One notification carries the events of all streams, so that a known queue may be the one of more pipes.
      const [whose, queues] =
        unknown.length === 1
          ? ["its", `the queue of stream "${first.name}"'s pipe is`]
          : ["their", `${unknown.length} streams, ${first.name} the first, have pipes whose queues are`];
      const heard = unknown.length < streams.length ? `unless a known queue has ${whose} events too, ` : "";
      const files = `${queues} not known: ${heard}${whose} files are not announced`;
      ask("events.notificationChannels", undefined, files, source);
    }
    for (const { name } of areMerged(streams) ? [] : unknown) {
      ask(
        `events.notificationChannels.${name}`,
        undefined,
        `the queue of stream "${name}"'s pipe is not known: its files are not announced`,
        source,
      );
    }
  }
  const errors = snowflake.errorNotifications;
  if (errors.enabled) {
    const unsent = "until then Snowflake cannot report load errors";
    const source = "DESC NOTIFICATION INTEGRATION; `connect` fills it in";
    ask(
      "snowflake.errorNotifications.iamUserArn",
      errors.iamUserArn,
      `its user is not known: ${unsent}`,
      source,
    );
    ask(
      "snowflake.errorNotifications.externalId",
      errors.externalId,
      `its external id is not known: ${unsent}`,
      source,
    );
  }
  return missing;
}

/** What does not work before these values are filled in. */
export function notYet(settings: Settings): string {
  const phase = phaseOf(settings);
  if (phase === "connected") return "load errors are not reported yet";
  const someFlow =
    phase === "awaiting-channel" && settings.streams.some(({ channel }) => channel !== undefined);
  return `${someFlow ? "files of some streams may not be loaded yet" : "no file can flow yet"}: ${phase}`;
}
