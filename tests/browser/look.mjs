// Visits pages in Debian's Chromium as people do: at a desk and on a phone, in light and in dark. Prints what it finds as
// JSON lines; nothing where all is well.
//
//   node look.mjs ORIGIN PATH...
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {chromium} from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [origin, ...paths] = process.argv.slice(2);
const MISSING = "/no-such-page";
const VIEWS = {desk: {width: 1280, height: 800}, phone: {width: 360, height: 740}};
// Chromium asks for nothing by itself and looks nobody up.
export const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
  "--disable-background-networking", "--disable-component-update"];

const found = (where, what, detail) => console.log(JSON.stringify({...where, what, detail}));

async function look(page, where, path) {
  const listeners = {
    console: (message) => {
      // Chromium itself says so of the page that is to be missing.
      if (path !== MISSING || !message.text().includes("404")) found(where, "console", message.text());
    },
    pageerror: (error) => found(where, "error", String(error)),
    requestfailed: (request) => {
      // The icon is fetched after the page, which is left by then.
      if (request.failure().errorText !== "net::ERR_ABORTED") found(where, "request failed", request.url());
    },
    request: (request) => {
      if (new URL(request.url()).origin !== origin) found(where, "request to another host", request.url());
    },
  };
  for (const [event, listener] of Object.entries(listeners)) page.on(event, listener);
  const answer = await page.goto(origin + path, {waitUntil: "load"});
  const expected = path === MISSING ? 404 : 200;
  if (answer.status() !== expected) found(where, "status", answer.status());
  for (const report of await page.evaluate(() => globalThis.cspReports)) found(where, "CSP report", report);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) found(where, "scrolls sideways", wide);
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => globalThis.axe.run(document, {resultTypes: ["violations"]}));
  for (const {id, help, nodes} of violations) found(where, "axe: " + id, [help, nodes[0].html]);
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => [document.activeElement.textContent, document.activeElement.hash]);
  if (first[1] !== "#main") found(where, "the first stop of the keyboard is not the way to the content", first);
  await page.keyboard.press("Enter");
  const reached = await page.evaluate(() => document.activeElement.id);
  if (reached !== "main") found(where, "the way to the content leads elsewhere", reached);
  for (const [event, listener] of Object.entries(listeners)) page.off(event, listener);
}

const browser = await chromium.launch({executablePath: "/usr/bin/chromium", args: QUIET});
for (const [device, viewport] of Object.entries(VIEWS)) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({viewport, colorScheme, ignoreHTTPSErrors: true, isMobile: device === "phone"});
    await context.addInitScript(() => {
      globalThis.cspReports = [];
      document.addEventListener("securitypolicyviolation", (event) => {
        globalThis.cspReports.push([event.violatedDirective, event.blockedURI]);
      });
    });
    const page = await context.newPage();
    for (const path of paths) await look(page, {path, device, colorScheme}, path);
    await context.close();
  }
}
await browser.close();
