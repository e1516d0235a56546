import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { reportPage } from "../../automation/report/page/page";
import type { ReportData } from "../../automation/report/report-data";
import { deployed } from "../automation/report/deployed";
import { dataOf, dataWith, stacks } from "../automation/report/stacks";
import { startBrowser } from "./browser";

/** Pictures of the page, which nobody compares: they are for people. */
const pictures = process.env.REPORT_PICTURES ?? path.join(os.tmpdir(), "report-pictures");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
/** How much is exported for how long, where the chart has large amounts, many months, or one. */
const usages = {
  "large-36-months": { gbPerDay: 5000, filesPerDay: 90_000, months: 36 },
  "one-month": { gbPerDay: 0.2, months: 1 },
  "idle-120-months": { gbPerDay: 0, filesPerDay: 0, months: 120 },
};
const WIDTHS = [320, 390, 1280, 1920];
/** 210 mm without the margins of print.css, in pixels of CSS. */
const PAPER_WIDTH = 673;

describe("the reviewer's page in Chromium", () => {
  let browser: Browser | undefined;
  let folder: string;
  before(async function () {
    browser = await startBrowser();
    if (browser === undefined) {
      console.error("skipped: no Chromium found; CHROMIUM names one");
      this.skip();
    }
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "report-"));
    await fs.mkdir(pictures, { recursive: true });
    const write = async (name: string, data: ReportData) =>
      fs.writeFile(path.join(folder, `${name}.html`), await reportPage(data));
    for (const stack of Object.keys(stacks)) await write(stack, await dataOf(stack));
    for (const [name, usage] of Object.entries(usages)) await write(name, await dataWith("dev", {}, usage));
    const streams = Array.from({ length: 1000 }, (_, index) => ({ name: `support-assistant-${index}` }));
    await write("thousand", deployed(await dataWith("prod", { ...stacks["acme-prod"], streams })));
  });
  after(async () => {
    await browser?.close();
    if (folder !== undefined) await fs.rm(folder, { recursive: true });
  });

  /** Opens a stack's page, and receives whatever it complains of or asks for. */
  async function open(stack: string, width: number, colorScheme: "light" | "dark" = "light") {
    assert.ok(browser !== undefined);
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (request.url() !== file) complaints.push(`asks for ${request.url()}`);
    });
    const file = pathToFileURL(path.join(folder, `${stack}.html`)).href;
    await page.goto(file);
    return { page, complaints };
  }

  async function violations(page: Page): Promise<string[]> {
    return page.evaluate(
      `${axe}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes[0].html))`,
    );
  }

  for (const stack of Object.keys(stacks)) {
    it(`of ${stack} has no error, asks for nothing, and fits ${WIDTHS.join(", ")} pixels`, async () => {
      for (const width of WIDTHS) {
        const { page, complaints } = await open(stack, width);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wider <= 0, `${wider} pixels wider than ${width}`);
        assert.notEqual(await page.title(), "taken");
        assert.deepEqual(complaints, []);
        await page.close();
      }
    });
  }

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no accessibility violation in ${colorScheme}, with everything open`, async () => {
      for (const stack of ["acme-prod", "vandelay-prod"]) {
        for (const width of [390, 1280]) {
          const { page } = await open(stack, width, colorScheme);
          await page.screenshot({
            path: path.join(pictures, `${stack}-${colorScheme}-${width}.png`),
            fullPage: true,
          });
          await page.evaluate(() => {
            for (const details of document.querySelectorAll("details")) details.open = true;
          });
          assert.deepEqual(await violations(page), []);
          await page.close();
        }
      }
    });
  }

  it("is read by keyboard: arrows from cell to cell, Enter shows the statement, Escape returns", async () => {
    const { page, complaints } = await open("acme-prod", 1280);
    const first = page.locator("table.matrix a.cell").first();
    await first.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    const label = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    assert.match(
      label ?? "",
      /^Snowflake’s role, s3:GetObject on objects braintrust-exports\/\*: allowed, by statement \d+/,
    );
    await page.keyboard.press("Enter");
    const dialog = page.locator("dialog");
    assert.ok(await dialog.isVisible());
    const shown = (await dialog.textContent()) ?? "";
    assert.match(shown, /ReadExports/);
    assert.match(shown, /"s3:GetObjectVersion"/);
    assert.match(shown, /DenyInsecureTransport/);
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("Escape");
    assert.ok(!(await dialog.isVisible()));
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), label);
    assert.equal(await page.locator("table.matrix").first().locator('a.cell[tabindex="0"]').count(), 1);
    assert.deepEqual(complaints, []);
  });

  it("shows by a click why something is refused", async () => {
    const { page } = await open("acme-prod", 390);
    await page
      .getByRole("gridcell")
      .locator('a[aria-label^="Anyone else, s3:GetObject on "][aria-label*=": refused"]')
      .first()
      .click();
    assert.match((await page.locator("dialog").textContent()) ?? "", /IAM refuses what no statement allows/);
    await page.getByRole("button", { name: "Close" }).click();
    assert.ok(!(await page.locator("dialog").isVisible()));
  });

  it("draws all of its diagram and chart in letters that can be read, at each width and on paper", async () => {
    for (const stack of [...Object.keys(stacks), ...Object.keys(usages)]) {
      const { page } = await open(stack, 320);
      for (const width of [...WIDTHS, PAPER_WIDTH]) {
        await page.setViewportSize({ width, height: 900 });
        if (width === PAPER_WIDTH) await page.emulateMedia({ media: "print" });
        const drawn = await page.evaluate(() =>
          [...document.querySelectorAll(".picture svg, .chart > svg")]
            .filter((svg) => svg.getClientRects().length > 0)
            .map((svg) => {
              const { left, right } = svg.getBoundingClientRect();
              const letters = [...svg.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
              return {
                isWhole:
                  letters.every((each) => each.left >= left - 1 && each.right <= right + 1) &&
                  right <= innerWidth,
                smallest: Math.min(...letters.map(({ height }) => height)),
              };
            }),
        );
        assert.equal(drawn.length, 2, "one diagram and one chart");
        for (const { isWhole, smallest } of drawn) {
          assert.ok(isWhole, `${stack} at ${width}: cut off`);
          assert.ok(smallest >= 8.5, `${stack} at ${width}: letters ${smallest} pixels high`);
        }
      }
      await page.close();
    }
  });

  it("keeps the text of each box of the diagram in the box, whatever fonts there are", async () => {
    for (const stack of ["acme-prod", "vandelay-prod", "zoetrope-all"]) {
      for (const width of [320, 1280]) {
        const { page } = await open(stack, width);
        const fonts = ["Helvetica", "DejaVu Sans", "monospace"];
        for (const font of fonts) {
          const outside = await page.evaluate((family) => {
            const boxes = [...document.querySelectorAll(".picture .node")].filter(
              (box) => box.getClientRects().length > 0,
            );
            return boxes.flatMap((box) => {
              const shape = box.querySelector("path, polygon")?.getBoundingClientRect();
              return [...box.querySelectorAll("text")].flatMap((text) => {
                text.setAttribute("font-family", family);
                text.style.fontFamily = family;
                const { left, right } = text.getBoundingClientRect();
                return shape !== undefined && left >= shape.left && right <= shape.right
                  ? []
                  : [text.textContent];
              });
            });
          }, font);
          assert.deepEqual(outside, [], `${stack} at ${width} in ${font}`);
        }
        await page.close();
      }
    }
  });

  it("leads by each link of its contents to a section, and by an address to a statement, which opens", async () => {
    const { page, complaints } = await open("zoetrope-all", 390);
    const links = await page
      .locator("nav a")
      .evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    assert.ok(links.length >= 8);
    for (const href of links) assert.ok(await page.locator(`${href} h2`).isVisible(), href ?? "");
    await page.goto(`${page.url()}#statement-5`);
    assert.ok(await page.locator("#statement-5 pre").isVisible());
    assert.ok(!(await page.locator("#statement-6 pre").isVisible()));
    await page.evaluate(() => {
      location.hash = "#statement-6";
    });
    await page.locator("#statement-6 pre").waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it("leads to the statements without its script", async () => {
    assert.ok(browser !== undefined);
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(pathToFileURL(path.join(folder, "acme-prod.html")).href);
    const cell = page
      .locator('a.cell[aria-label^="Braintrust’s role, s3:PutObject on "][aria-label*=": allowed"]')
      .first();
    const href = (await cell.getAttribute("href")) ?? "";
    assert.match((await page.locator(href).textContent()) ?? "", /WriteExports/);
    await page.close();
  });

  it("is no wider than A4, whose other pages would be printed smaller", async () => {
    for (const stack of Object.keys(stacks)) {
      const { page } = await open(stack, PAPER_WIDTH);
      await page.emulateMedia({ media: "print" });
      await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PAPER_WIDTH, stack);
      await page.close();
    }
  });

  it("prints a thousand deployed streams on 50 pages at most, each stream once", async () => {
    const { page } = await open("thousand", 1280);
    const paper = await page.pdf({ path: path.join(pictures, "thousand.pdf"), format: "A4" });
    const pages = paper.toString("latin1").match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;
    assert.ok(pages > 20 && pages <= 50, `${pages} pages`);
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    const shown = await page.evaluate(() =>
      [...document.querySelectorAll(".name")]
        .filter((name) => name.checkVisibility())
        .map((name) => name.textContent ?? "")
        .filter((name) => name.startsWith("support-assistant-")),
    );
    assert.equal(shown.length, 1000);
    assert.equal(new Set(shown).size, 1000);
    await page.close();
  });

  it("prints everything on paper, in light, with what is folded away", async () => {
    const { page } = await open("acme-prod", 1280, "dark");
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal(await page.locator("details:not([open])").count(), 0);
    assert.ok(await page.locator("#statement-3 pre").isVisible());
    const [background, ink] = await page.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.documentElement);
      return [backgroundColor, color];
    });
    const brightness = (color = "") => Number(/\d+/.exec(color)?.[0]);
    assert.ok(brightness(background) > 240 && brightness(ink) < 60, `${ink} on ${background}`);
    assert.ok(!(await page.locator("nav").isVisible()));
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    const folded = await page.locator("details:not([open])").count();
    assert.ok(folded > 10);
    const paper = await page.pdf({ path: path.join(pictures, "acme-prod.pdf"), format: "A4" });
    assert.ok(paper.length > 50_000);
    assert.equal(await page.locator("details:not([open])").count(), folded);
  });
});
