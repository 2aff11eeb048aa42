import { until } from "../../e2e/until";
import { describeInBrowser } from "./support/console-browser";
import { pageOfEachTest } from "./support/page-of-each-test";

describeInBrowser("the pages of Learn", () => {
  const tab = pageOfEachTest();

  test("each of the five pages is reached from the one before, and has something to play, for nobody in particular", async () => {
    const { page, at } = tab.opened;
    await page.goto(at("/learn"));
    await page.getByRole("link", { name: /Two who play against each other/ }).click();
    for (let place = 1; place <= 5; place += 1) {
      await page.getByRole("button", { name: /^Play/ }).first().waitFor();
      const next = page.getByRole("link", { name: place < 5 ? /^Next: / : "All pages" });
      await next.click();
    }
    expect(new URL(page.url()).pathname).toBe("/learn");
  });

  test("an epoch is chosen and heard", async () => {
    const { page, at } = tab.opened;
    await page.goto(at("/learn/gan"));
    await page.getByRole("slider").fill("9");
    await page.getByRole("button", { name: "Play After epoch 24" }).click();
    await page.getByRole("button", { name: "Pause After epoch 24" }).waitFor();
  });

  test("who answers all rounds of the quiz is told how many were right", async () => {
    const { page, at } = tab.opened;
    await page.goto(at("/learn/bach"));
    const quiz = page.getByRole("region", { name: "Which is Bach?" });
    let right = 0;
    for (let round = 1; round <= 6; round += 1) {
      await quiz.getByRole("heading", { name: `Melody ${round} of 6` }).waitFor();
      // Before the answer nothing on the page says which is which.
      expect(await quiz.getByText("J. S. Bach").count()).toBe(0);
      await quiz.getByRole("button", { name: "A is Bach" }).click();
      const verdict = quiz.getByRole("status");
      await until("the answer is judged", 20, async () => (await verdict.textContent()) !== "");
      if ((await verdict.textContent())?.startsWith("Right.") === true) right += 1;
      await quiz.getByRole("button", { name: "Next melody" }).click();
    }
    await quiz.getByText(`You knew Bach ${right} of 6 times.`).waitFor();
  });
});
