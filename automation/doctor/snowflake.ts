import { z } from "zod";
import { messageOf } from "../errors";
import { SnowMissingError, type SnowOptions, snowCommand } from "../snowflake/handshake/snow";
import { listed } from "../terminal/counted";
import type { Result } from "./finding";

/** What `snow connection list --format json` prints; it masks what is secret. */
const connectionList = z.array(
  z.object({
    connection_name: z.string(),
    parameters: z.object({
      account: z.string().optional(),
      user: z.string().optional(),
      authenticator: z.string().optional(),
    }),
    is_default: z.boolean(),
  }),
);

type Connection = z.infer<typeof connectionList>[number];

const connectionTest = z.object({ Account: z.string(), User: z.string(), Role: z.string() });

/** Authenticators that open a browser or ask a telephone: docs.snowflake.com/en/developer-guide/snowflake-cli/connecting/configure-connections */
const INTERACTIVE = /^(externalbrowser|oauth_authorization_code|username_password_mfa)$/i;

/** Whether there is a Snowflake CLI, with a connection that logs in. A login that needs a person is not tried. */
export async function checkSnowflake(options: SnowOptions): Promise<Result> {
  const { connection } = options;
  const list = ["connection", "list", "--format", "json"];
  try {
    const known = connectionList.parse(
      JSON.parse(await snowCommand(list, { ...options, connection: undefined })),
    );
    const chosen = known.find((each) =>
      connection === undefined ? each.is_default : each.connection_name === connection,
    );
    if (chosen === undefined) return missing(known, connection);
    const { connection_name: name, parameters } = chosen;
    if (INTERACTIVE.test(parameters.authenticator ?? "")) {
      return {
        verdict: "skipped",
        evidence: `connection ${name}: account ${parameters.account}, user ${parameters.user}, by ${parameters.authenticator}, which needs a person`,
        fix: `try it by \`snow connection test --connection ${name}\``,
      };
    }
    const answer = await snowCommand(["connection", "test", "--format", "json"], {
      ...options,
      connection: name,
    });
    const { Account: account, User: user, Role: role } = connectionTest.parse(JSON.parse(answer));
    return { verdict: "ok", evidence: `connection ${name}: account ${account}, user ${user}, role ${role}` };
  } catch (error) {
    if (error instanceof SnowMissingError) {
      const [evidence = "", fix] = messageOf(error).split(". ");
      return { verdict: "warn", evidence, fix };
    }
    if (error instanceof z.ZodError || error instanceof SyntaxError) {
      const fix = "install a version of the Snowflake CLI that has --format json for its connections";
      return { verdict: "fail", evidence: "the Snowflake CLI did not print its connections as JSON", fix };
    }
    throw error;
  }
}

function missing(known: readonly Connection[], connection: string | undefined): Result {
  const names = listed(known.map(({ connection_name: name }) => name));
  return {
    verdict: "fail",
    evidence:
      (connection === undefined
        ? "the Snowflake CLI has no default connection"
        : `the Snowflake CLI has no connection ${connection}`) + (names === "" ? "" : `; it has ${names}`),
    fix:
      names === ""
        ? "create one by `snow connection add`"
        : "name one of these by --connection, or create one by `snow connection add`",
  };
}
