// Uses Airflow's web interface as a user does: logs in, looks at a DAG run in the grid and opens a task's log.
//
// Reads one JSON object from standard input: chromium, url, username, password, dag, run, tasks (names; the
// first one's log is opened), message (a part of that log), folder.
// Pictures of what was seen go to the folder. Its working directory is where playwright-core is installed.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { chromium } = createRequire(join(process.cwd(), "package.json"))("playwright-core");
const input = JSON.parse(readFileSync(0, "utf8"));

const browser = await chromium.launch({
  executablePath: input.chromium,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: "en-US", timezoneId: "UTC" });
  page.setDefaultTimeout(120_000);
  const picture = (name) => page.screenshot({ path: join(input.folder, `${name}.png`) });
  const see = (text) => page.getByText(text).filter({ visible: true }).first().waitFor();

  try {
    await page.goto(input.url);
    await page.locator("input[name=username]").fill(input.username);
    await page.locator("input[name=password]").fill(input.password);
    await page.locator("input[type=submit], button[type=submit]").first().click();
    await page.getByRole("link", { name: "Dags" }).first().click();
    await page.getByRole("link", { name: input.dag }).first().click();
    await page.waitForURL(`**/dags/${input.dag}**`);

    await page.goto(`${input.url}/dags/${input.dag}/runs/${encodeURIComponent(input.run)}`);
    for (const text of [input.dag, "Success", ...input.tasks]) {
      await see(text);
    }
    await picture("dag-run");

    // The grid names the task too, and leads to all of its runs.
    const [task] = input.tasks;
    await page.locator(`a[href*="/runs/"][href*="/tasks/${task}"]`).filter({ visible: true, hasText: task }).click();
    await see(input.message);
    await picture("task-log");
  } catch (error) {
    await picture("failure");
    console.error(`At ${page.url()} the user sees:\n${await page.locator("body").innerText()}\n`);
    throw error;
  }
} finally {
  await browser.close();
}
