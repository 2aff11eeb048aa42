/** What oidc-client-ts keeps of the user in the tab's own storage. */
import type { Page } from "playwright-core";
import * as z from "zod";

const storedSchema = z.record(z.string(), z.unknown());
type StoredUser = z.infer<typeof storedSchema>;

const readEntry = async (page: Page): Promise<{ readonly key: string; readonly value: string } | undefined> =>
  await page.evaluate(() => {
    const key = Object.keys(sessionStorage).find((name) => name.startsWith("oidc.user:"));
    return key === undefined ? undefined : { key, value: sessionStorage.getItem(key) ?? "" };
  });

export async function storedUser(page: Page): Promise<StoredUser | undefined> {
  const entry = await readEntry(page);
  return entry === undefined ? undefined : storedSchema.parse(JSON.parse(entry.value));
}

/** Changes what is stored. The page reads it when it is loaded again. */
export async function withStoredUser(page: Page, change: (user: StoredUser) => StoredUser): Promise<void> {
  const entry = await readEntry(page);
  if (entry === undefined) throw new Error("The tab's storage has no user: nobody is signed in.");
  const value = JSON.stringify(change(storedSchema.parse(JSON.parse(entry.value))));
  await page.evaluate(
    ([key, text]) => {
      sessionStorage.setItem(key, text);
    },
    [entry.key, value] as const,
  );
}
