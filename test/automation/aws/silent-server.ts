import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** A server on loopback that takes every connection and never answers. */
export class SilentServer {
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => {
    // Without being read a socket would not notice its end.
    this.sockets.add(socket.resume());
    socket.on("error", () => undefined).on("close", () => this.sockets.delete(socket));
  });

  /** Its URL. */
  public async start(): Promise<string> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Connections that are open. */
  public get connections(): number {
    return this.sockets.size;
  }

  public stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
