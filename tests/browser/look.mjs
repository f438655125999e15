// Visits pages in Debian's Chromium as people do: at a desk and on a phone, in light and in dark. Prints what it finds as
// JSON lines; nothing where all is well.
//
//   node look.mjs ORIGIN PATH...
import {axeFindings, launch, newPage} from "./chromium.mjs";

const [origin, ...paths] = process.argv.slice(2);
const MISSING = "/no-such-page";
const VIEWS = {desk: {width: 1280, height: 800}, phone: {width: 360, height: 740}};

const browser = await launch();
for (const [device, viewport] of Object.entries(VIEWS)) {
  for (const colorScheme of ["light", "dark"]) {
    let path = "";
    const found = (what, detail) => {
      if (what === "request" && new URL(detail).origin === origin) return;
      // Chromium itself says so of the page that is to be missing.
      if (what === "console" && path === MISSING && detail.includes("404")) return;
      console.log(JSON.stringify({path, device, colorScheme, what, detail}));
    };
    const page = await newPage(browser, {viewport, colorScheme, isMobile: device === "phone"}, found);
    for (path of paths) {
      const answer = await page.goto(origin + path, {waitUntil: "load"});
      if (answer.status() !== (path === MISSING ? 404 : 200)) found("status", answer.status());
      const wide = await page.evaluate(() => {
        const {scrollWidth, clientWidth} = document.documentElement;
        return scrollWidth - clientWidth;
      });
      if (wide > 0) found("scrolls sideways", wide);
      for (const violation of await axeFindings(page)) found("axe", violation);
      await page.keyboard.press("Tab");
      const first = await page.evaluate(() => [document.activeElement.textContent, document.activeElement.hash]);
      if (first[1] !== "#main") found("the first stop of the keyboard is not the way to the content", first);
      await page.keyboard.press("Enter");
      const reached = await page.evaluate(() => document.activeElement.id);
      if (reached !== "main") found("the way to the content leads elsewhere", reached);
    }
    await page.context().close();
  }
}
await browser.close();
