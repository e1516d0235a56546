import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import type { SnowflakeAccount } from "./account";
import { Refusal, type Row } from "./script";
import { Session } from "./session";
import { statements } from "./statements";

/**
 * Snowflake's side of its connectors' protocol, as far as `snow sql` speaks it: a login, statements one by one, the end of the
 * session. Written after snowflake-connector-python 4.7.5 (network.py, auth/_auth.py, cursor.py), the client on the other side.
 */
export async function serve(account: SnowflakeAccount): Promise<http.Server> {
  const sessions = new Map<string, Session>();
  const server = http.createServer(async (request, response) => {
    const zipped = request.headers["content-encoding"] === "gzip";
    const body = await text(zipped ? request.pipe(createGunzip()) : request);
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const token = /Token="([^"]*)"/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(await answer(pathname, token, body)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;

  async function answer(pathname: string, token: string, body: string): Promise<object> {
    if (pathname === "/session/v1/login-request") return login();
    if (pathname !== "/queries/v1/query-request") return { data: null, success: true };
    const session = sessions.get(token);
    if (session === undefined)
      return { success: false, code: "390104", message: "Session gone.", data: null };
    const { sqlText } = JSON.parse(body) as { sqlText: string };
    try {
      return { success: true, data: table(await session.execute(sqlText)) };
    } catch (error) {
      // A statement that this server fails on must fail the test, and not leave its client waiting.
      const { code, sqlState, message } =
        error instanceof Refusal ? error : new Refusal("000603", "XX000", `internal error: ${error}`);
      return { success: false, code, message, data: { errorCode: code, sqlState, queryId: QUERY_ID } };
    }
  }

  function login(): object {
    const token = `session-${sessions.size + 1}`;
    sessions.set(token, new Session(account, statements));
    const data = {
      token,
      masterToken: "master",
      parameters: [],
      sessionInfo: { roleName: "PUBLIC" },
      sessionId: 1,
    };
    return { success: true, data };
  }
}

export const portOf = (server: http.Server): number => (server.address() as AddressInfo).port;

const QUERY_ID = "01b0c0de-0000-1234-0000-000000000001";

const words = { type: "text", length: 16_777_216, byteLength: 16_777_216, precision: null, scale: null };
const whole = { type: "fixed", length: null, byteLength: null, precision: 38, scale: 0 };

function table(rows: readonly Row[]): object {
  const columns = Object.keys(rows[0] ?? { status: "" });
  return {
    rowtype: columns.map((name) => ({
      name,
      nullable: true,
      ...(typeof rows[0]?.[name] === "number" ? whole : words),
    })),
    rowset: rows.map((row) => columns.map((column) => row[column]?.toString() ?? null)),
    total: rows.length,
    returned: rows.length,
    queryId: QUERY_ID,
    queryResultFormat: "json",
  };
}
