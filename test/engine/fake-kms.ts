import * as http from "node:http";
import { close, listen } from "../loopback";

/** KMS as far as Pulumi needs it (AWS's KMS API reference, Encrypt and Decrypt): the ciphertext is the plaintext, marked. */
export class FakeKms {
  public readonly asked: string[] = [];
  private readonly server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const action = String(request.headers["x-amz-target"]).replace("TrentService.", "");
      const { KeyId, Plaintext, CiphertextBlob } = JSON.parse(body);
      this.asked.push(`${action} ${KeyId}`);
      const answer =
        action === "Encrypt"
          ? { KeyId, CiphertextBlob: Buffer.from(`sealed:${Plaintext}`).toString("base64") }
          : { KeyId, Plaintext: Buffer.from(CiphertextBlob, "base64").toString().replace("sealed:", "") };
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(answer));
    });
  });

  public start(): Promise<string> {
    return listen(this.server);
  }

  public stop(): void {
    close(this.server);
  }
}
