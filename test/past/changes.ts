import type { Past } from "./past";

type Settings = Readonly<Record<string, unknown>>;

/** A stack of an earlier version whose settings change in the same update that brings it up to date. */
export interface ChangedPast {
  readonly past: Past;
  readonly title: string;
  /** The settings that differ. */
  readonly settings: Settings;
  /** Whether they ask for the same resources. */
  readonly same: boolean;
}

/** Each change on each of the stacks that can be changed so. */
export function changesOf(pasts: readonly Past[]): ChangedPast[] {
  return pasts.flatMap((past) =>
    changes.flatMap(({ title, of, same = false }) => {
      const settings = of(past.settings, past.stack);
      return settings === undefined ? [] : [{ past, title, settings, same }];
    }),
  );
}

/** A change of settings that an owner makes in production, and that takes no data and no identity with it. */
interface SettingsChange {
  readonly title: string;
  /** The settings that differ; `undefined` where a stack with these settings cannot be changed so. */
  readonly of: (settings: Settings, stack: string) => Settings | undefined;
  /** Whether it asks for the same resources. @default false */
  readonly same?: boolean;
}

interface Monitoring {
  readonly alertEmails?: readonly string[];
  readonly monthlyBudgetUsd?: number;
}

const emailsOf = (settings: Settings) => sectionOf<Monitoring>(settings, "monitoring").alertEmails ?? [];
const withEmails = (settings: Settings, alertEmails: readonly string[]) =>
  within(settings, "monitoring", { alertEmails });
const streamsOf = (settings: Settings) => (settings.streams ?? [{ name: "logs" }]) as { name: string }[];
const channelsOf = (settings: Settings) =>
  sectionOf<{ notificationChannels?: Record<string, string> }>(settings, "events").notificationChannels ?? {};
const onProd = (of: SettingsChange["of"]): SettingsChange["of"] => {
  return (settings, stack) => (stack === "prod" ? of(settings, stack) : undefined);
};
const onOwnBucket = (of: SettingsChange["of"]): SettingsChange["of"] => {
  return (settings, stack) => (settings.existingBucket === undefined ? of(settings, stack) : undefined);
};

const changes: readonly SettingsChange[] = [
  {
    title: "the first of the e-mail addresses is dropped",
    of: (settings) => {
      const [, ...rest] = emailsOf(settings);
      return rest.length > 0 ? withEmails(settings, rest) : undefined;
    },
  },
  {
    title: "the last of the e-mail addresses is dropped",
    of: (settings) => {
      const kept = emailsOf(settings).slice(0, -1);
      return kept.length > 0 ? withEmails(settings, kept) : undefined;
    },
  },
  {
    title: "the e-mail addresses change places",
    same: true,
    of: (settings) => {
      const emails = emailsOf(settings);
      return emails.length > 1 ? withEmails(settings, [...emails].reverse()) : undefined;
    },
  },
  {
    title: "an e-mail address is put first",
    of: (settings) => withEmails(settings, ["new@example.com", ...emailsOf(settings)]),
  },
  {
    title: "the first stream is renamed",
    of: (settings) => {
      const [first, ...others] = streamsOf(settings);
      const { [first?.name ?? ""]: _channel, ...channels } = channelsOf(settings);
      return {
        streams: [...others, { ...first, name: "renamed" }],
        ...within(settings, "events", { notificationChannels: channels }),
      };
    },
  },
  {
    title: "a stream is put first",
    of: (settings) => ({ streams: [{ name: "added", format: "parquet" }, ...streamsOf(settings)] }),
  },
  {
    title: "nothing is archived any more",
    of: onOwnBucket(() => ({ lifecycle: { profile: "none" } })),
  },
  {
    title: "the dashboard is turned off",
    of: onProd((settings) => within(settings, "monitoring", { dashboard: false })),
  },
  {
    title: "the composite alarm and the anomaly band are turned off",
    of: onOwnBucket(
      onProd((settings) =>
        within(settings, "monitoring", { compositeAlarm: false, anomalyDetection: false }),
      ),
    ),
  },
  {
    title: "a budget is set, or given up",
    of: (settings) => {
      if (emailsOf(settings).length === 0) return undefined;
      const { monthlyBudgetUsd } = sectionOf<Monitoring>(settings, "monitoring");
      return within(settings, "monitoring", {
        monthlyBudgetUsd: monthlyBudgetUsd === undefined ? 25 : undefined,
      });
    },
  },
  {
    title: "a reader is put first",
    of: (settings) => {
      const readers = (settings.crossAccountReaders ?? []) as unknown[];
      return { crossAccountReaders: [{ arn: "arn:aws:iam::777788889999:role/auditor" }, ...readers] };
    },
  },
  {
    title: "the access key is rotated",
    of: (settings) => {
      const { access } = sectionOf<{ access?: string }>(settings, "snowflake");
      if (access !== "user") return undefined;
      return within(settings, "snowflake", { accessKeys: [{ name: "second" }, { name: "third" }] });
    },
  },
  {
    title: "Braintrust has the least permissions",
    of: (settings) => within(settings, "braintrust", { permissions: "least" }),
  },
  {
    title: "Snowflake answers with another user and external id",
    of: (settings) => {
      if (sectionOf<{ access?: string }>(settings, "snowflake").access === "user") return undefined;
      const iamUserArn = "arn:aws:iam::444455556666:user/other";
      return within(settings, "snowflake", { iamUserArn, externalId: "another-0123456789" });
    },
  },
  {
    title: "errors of loading are reported",
    of: (settings) => {
      const { errorNotifications } = sectionOf<{ errorNotifications?: object }>(settings, "snowflake");
      return errorNotifications === undefined
        ? within(settings, "snowflake", { errorNotifications: { enabled: true } })
        : undefined;
    },
  },
  {
    title: "files are announced by their ending",
    of: (settings) => {
      const { mode } = sectionOf<{ mode?: string }>(settings, "events");
      const announced = mode !== undefined || Object.keys(channelsOf(settings)).length > 0;
      return announced ? within(settings, "events", { suffix: ".jsonl.gz" }) : undefined;
    },
  },
  {
    title: "logs are kept for longer",
    of: onProd((settings) => {
      const { enabled = true } = sectionOf<{ enabled?: boolean }>(settings, "auditTrail");
      return enabled ? within(settings, "auditTrail", { logGroupDays: 365, retentionDays: 800 }) : undefined;
    }),
  },
];

function sectionOf<Section>(settings: Settings, key: string): Section {
  return (settings[key] ?? {}) as Section;
}

/** One section with some of its keys changed. */
function within(settings: Settings, key: string, changed: Settings): Settings {
  return { [key]: { ...sectionOf<Settings>(settings, key), ...changed } };
}
