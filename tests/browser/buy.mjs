// Signs up as a visitor does, without and with payment, in Debian's Chromium. Prints what it finds wrong as JSON lines.
//
//   node buy.mjs ORIGIN CHECKOUT_ORIGIN
import {axeFindings, launch, newPage} from "./chromium.mjs";

const [origin, checkout] = process.argv.slice(2);
const found = (what, detail) => console.log(JSON.stringify({what, detail}));

const browser = await launch();
const page = await newPage(browser, {}, (what, detail) => {
  if (what === "request" && [origin, checkout].includes(new URL(detail).origin)) return;
  // The provider has no icon.
  if (what === "console" && page.url().startsWith(checkout)) return;
  found(what, detail);
});
async function expectKey(where) {
  const key = await page.locator("code#key").textContent({timeout: 10_000}).catch(() => null);
  if (!/^sk-cogos-[0-9a-f]{32}$/.test(key)) found(where + ": no key", [page.url(), await page.content()]);
  const selected = await page.locator("code#key").evaluate((code) => {
    getSelection().selectAllChildren(code);
    return getSelection().toString();
  });
  if (selected !== key) found(where + ": the key cannot be copied", selected);
  for (const violation of await axeFindings(page)) found(where, violation);
  return key;
}

await page.goto(origin + "/");
await page.getByRole("button", {name: /^Get a key/}).first().click();
const free = await expectKey("free");

await page.goto(origin + "/");
await page.getByRole("button", {name: /^Subscribe/}).first().click();
await page.waitForURL(checkout + "/c/pay/**", {timeout: 10_000}).catch(() => found("not sent to the checkout", page.url()));
await page.getByRole("link", {name: "Pay"}).click();
const bought = await expectKey("bought");
if (bought === free) found("the same key twice", "");
await page.reload();
if (await page.locator("code#key").count()) found("shown again", page.url());
await browser.close();
