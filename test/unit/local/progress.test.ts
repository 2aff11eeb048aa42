/** The lines that a start prints. */
import { startProgress } from "../../../local/progress";

let lines: string[];
beforeEach(() => {
  jest.useFakeTimers();
  lines = [];
  jest.spyOn(console, "log").mockImplementation((line: string) => {
    lines.push(line);
  });
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

test("a step that goes on gives a sign of life every half a minute, and none after its end", async () => {
  const { step } = startProgress();
  const result = step(
    "templates",
    async () => await new Promise((resolve) => setTimeout(resolve, 70_000, "unchanged")),
  );
  await jest.advanceTimersByTimeAsync(70_000);
  await expect(result).resolves.toBe("unchanged");
  await jest.advanceTimersByTimeAsync(100_000);
  expect(lines).toEqual([
    "[ 30.0 s] templates: still at work after 30.0 s",
    "[ 60.0 s] templates: still at work after 60.0 s",
    "[ 70.0 s] templates: 70.0 s (unchanged)",
  ]);
});

test("a step that fails gives no sign of life after its end", async () => {
  const { step } = startProgress();
  await expect(step("templates", async () => await Promise.reject(new Error("no disk")))).rejects.toThrow(
    "templates: no disk",
  );
  await jest.advanceTimersByTimeAsync(100_000);
  expect(lines).toEqual([]);
});
