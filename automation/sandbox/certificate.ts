import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "selfsigned";

/** Where a TLS server finds its certificate, and its clients the one to trust. */
export interface ServerCertificate {
  /** PEM. Server's certificate and clients' trust anchor in one, since it is signed by itself. */
  readonly certFile: string;
  /** PEM, readable by its owner alone. */
  readonly keyFile: string;
}

/**
 * Makes a key and a certificate for `hosts`, names of this machine, and 127.0.0.1, valid for a year; writes both to `folder`.
 *
 * It is no CA: a CA certificate without a subject key identifier, which `selfsigned` cannot write, is refused by Python 3.13
 * (docs.python.org/3/library/ssl.html#ssl.create_default_context, `VERIFY_X509_STRICT`).
 */
export async function writeServerCertificate(
  folder: string,
  hosts: readonly [string, ...string[]],
): Promise<ServerCertificate> {
  const { cert, private: key } = await generate([{ name: "commonName", value: hosts[0] }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [...hosts.map((value) => ({ type: 2 as const, value })), { type: 7, ip: "127.0.0.1" }],
      },
    ],
  });
  const certificate = { certFile: join(folder, "certificate.pem"), keyFile: join(folder, "key.pem") };
  await writeFile(certificate.keyFile, key, { mode: 0o600 });
  await writeFile(certificate.certFile, cert);
  return certificate;
}
