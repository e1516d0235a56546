import * as http from "node:http";
import { connect } from "node:net";
import { close, listen } from "../../loopback";

/** An HTTP proxy that remembers whom it was asked for. */
export class RecordingProxy {
  /** Each request: `CONNECT host:port`, or method and URL of one in plain. */
  public readonly requests: string[] = [];
  private readonly server = http.createServer((request, response) => {
    this.requests.push(`${request.method} ${request.url}`);
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(this.answer);
  });

  /** @param upstream port on loopback to which every tunnel leads, whatever its host; without one, tunnels are refused. */
  public constructor(
    private readonly answer = "",
    private readonly upstream?: number,
  ) {
    this.server.on("connect", (request, client) => {
      this.requests.push(`CONNECT ${request.url}`);
      if (this.upstream === undefined) {
        client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
        return;
      }
      const server = connect(this.upstream, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        client.pipe(server).pipe(client);
      });
      server.on("error", () => client.destroy());
      client.on("error", () => server.destroy());
    });
  }

  /** Starts it and returns its URL. */
  public start(): Promise<string> {
    return listen(this.server);
  }

  public stop(): void {
    close(this.server);
  }
}

/** Variables of the environment by which proxies are named. */
export const PROXY_VARIABLES = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
] as const;
