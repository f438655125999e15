// Prints Lighthouse's scores of a page, out of 100, and the audits that are not full.
import {launch} from "chrome-launcher";
import lighthouse from "lighthouse";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const chrome = await launch({chromePath: "/usr/bin/chromium", chromeFlags: ["--headless=new", "--no-sandbox",
  "--disable-gpu", "--ignore-certificate-errors", "--disable-background-networking", "--no-first-run"]});
const {lhr} = await lighthouse(process.argv[2], {port: chrome.port, onlyCategories: CATEGORIES, logLevel: "error"});
const scores = Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(lhr.categories[name].score * 100)]));
const short = CATEGORIES.flatMap((name) => lhr.categories[name].auditRefs)
  .filter(({id, weight}) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1).map(({id}) => id);
console.log(JSON.stringify({...scores, short}));
await chrome.kill();
