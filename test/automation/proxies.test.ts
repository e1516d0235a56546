import assert from "node:assert/strict";
import { environmentProxies, proxyFor } from "../../automation/proxies";

const through = (url: string, none?: string) =>
  proxyFor(url, { http: "http://plain:3128", https: "http://secure:3128", none });

describe("the proxy for a request", () => {
  it("is chosen by the request's scheme, and is HTTP where it has no scheme", () => {
    assert.equal(through("http://sts.amazonaws.com"), "http://plain:3128");
    assert.equal(through("https://sts.amazonaws.com"), "http://secure:3128");
    assert.equal(proxyFor("https://a.example", { http: "h", https: undefined, none: undefined }), undefined);
    const proxies = { http: undefined, https: "proxy.corp:8080", none: undefined };
    assert.equal(proxyFor("https://a.example", proxies), "http://proxy.corp:8080");
  });

  it("is none for loopback, whatever the environment says", () => {
    for (const host of ["localhost", "LOCALHOST", "127.0.0.1", "127.8.0.1", "[::1]", "localhost."]) {
      assert.equal(through(`https://${host}:4566/`), undefined, host);
    }
    assert.ok(through("https://localhost.example.com"));
  });

  // The cases of golang.org/x/net/http/httpproxy's own proxy_test.go (UseProxyTests), and others of their kinds.
  const noProxy =
    "foobar.com, .barbaz.net, *.wild.org, 192.168.1.1, 192.168.1.2:81, [2001:db8::52]:443, 10.0.0.0/8, fd00::/8";
  for (const [host, direct] of [
    ["www.barbaz.net", true],
    ["barbaz.net", false],
    ["foobar.com", true],
    ["www.foobar.com", true],
    ["foofoobar.com", false],
    ["a.wild.org", true],
    ["wild.org", false],
    ["192.168.1.1", true],
    ["192.168.1.3", false],
    ["192.168.1.2:81", true],
    ["192.168.1.2", false],
    ["[2001:db8::52]", true],
    ["[2001:db8::52]:444", false],
    ["10.255.3.4", true],
    ["11.0.0.1", false],
    ["[fd00::1]", true],
  ] as const) {
    it(`is ${direct ? "none" : "used"} for ${host} with NO_PROXY`, () => {
      assert.equal(through(`https://${host}/`, noProxy), direct ? undefined : "http://secure:3128");
    });
  }

  it("is none for every host with NO_PROXY=*", () => {
    assert.equal(through("https://s3.eu-west-1.amazonaws.com", "*"), undefined);
  });

  it("is read from the environment in either case, upper case first", () => {
    assert.deepEqual(
      environmentProxies({ https_proxy: "low", HTTPS_PROXY: "up", no_proxy: "x", HTTP_PROXY: "" }),
      {
        http: undefined,
        https: "up",
        none: "x",
      },
    );
  });
});
