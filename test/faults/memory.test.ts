/** Every fault that can be made in memory; `npm run test:faults` prints them as a table. */
import { composingFaults } from "./composing-faults";
import { isOk } from "./outcomes";
import { trainingFaults } from "./training-faults";

test.each([
  ["training", trainingFaults],
  ["composing", composingFaults],
])(
  "the %s plane: whatever breaks, nothing is stuck, doubled, leaked or lost, and the failure's text is of use",
  async (_, faults) => {
    const outcomes = await faults();
    expect(outcomes.length).toBeGreaterThan(500);
    expect(outcomes.filter((outcome) => !isOk(outcome))).toEqual([]);
  },
  900_000,
);
