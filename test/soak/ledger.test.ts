import { Ledger } from "./ledger";

const row = (id: string, more: object = {}) => ({ kind: "TRACK" as const, sub: "a", id, name: `soak ${id}`, ...more });

test("what was accepted and is not there is lost; what was deleted need not be there, and must not", () => {
  const ledger = new Ledger();
  for (const id of ["kept", "lost", "deleted", "undead"]) ledger.accept(row(id));
  for (const id of ["deleted", "undead"]) {
    const entry = ledger.accept(row(id));
    entry.isDeletionAsked = true;
    entry.isDeleted = true;
  }
  expect(ledger.compare([row("kept"), row("undead")])).toEqual({
    lost: ["TRACK lost"],
    doubled: [],
    undead: ["TRACK undead"],
  });
});

test("two rows of one creation are doubled, and a 404 in between is a loss", () => {
  const ledger = new Ledger();
  const entry = ledger.accept(row("1"));
  ledger.notFound(entry);
  const { doubled, lost } = ledger.compare([row("1"), row("2", { name: "soak 1" })]);
  expect(doubled).toEqual(["TRACK soak 1, 2 times"]);
  expect(lost).toEqual(["TRACK 1 got 404 in between"]);
});

test("a model that outlives its job, whose id it has, is not the job", () => {
  const ledger = new Ledger();
  const job = ledger.accept(row("1", { kind: "TRAINING_JOB" }));
  job.isDeletionAsked = true;
  job.isDeleted = true;
  expect(ledger.compare([row("1", { kind: "MODEL" })]).undead).toEqual([]);
});
