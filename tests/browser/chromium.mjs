// Debian's Chromium with one page, which tells what a visitor's console and network would show.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {chromium} from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// It asks for nothing by itself and looks nobody up.
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
  "--disable-background-networking", "--disable-component-update"];

export const launch = () => chromium.launch({executablePath: "/usr/bin/chromium", args: QUIET});

// A page in a context of its own; `found(what, detail)` is called for messages of the console, errors, requests that fail
// and what the content policy stops.
export async function newPage(browser, options, found) {
  const context = await browser.newContext({ignoreHTTPSErrors: true, ...options});
  await context.exposeFunction("reportPolicy", (detail) => found("CSP report", detail));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      globalThis.reportPolicy([event.violatedDirective, event.blockedURI]);
    });
  });
  const page = await context.newPage();
  page.on("console", (message) => found("console", message.text()));
  page.on("pageerror", (error) => found("error", String(error)));
  page.on("request", (request) => found("request", request.url()));
  page.on("requestfailed", (request) => {
    // The icon is fetched after the page, which is left by then.
    if (request.failure().errorText !== "net::ERR_ABORTED") found("request failed", request.url());
  });
  return page;
}

export async function axeFindings(page) {
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => globalThis.axe.run(document, {resultTypes: ["violations"]}));
  return violations.map(({id, help, nodes}) => ["axe: " + id, help, nodes[0].html]);
}
