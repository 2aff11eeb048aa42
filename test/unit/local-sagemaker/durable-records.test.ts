import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { DurableRecords } from "../../../local/sagemaker/durable-records";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "opencomposer-records-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const open = () => new DurableRecords({ directory, schema: z.strictObject({ epoch: z.int() }) });

it("are there again after a restart, each in its latest state, with nothing beside them", () => {
  const records = open();
  for (const epoch of [1, 2, 3]) records.put("one", { epoch });
  records.put("two", { epoch: 7 });
  records.put("gone", { epoch: 7 });
  records.remove("gone");
  expect(open().get("one")).toEqual({ epoch: 3 });
  expect(readdirSync(directory).sort()).toEqual(["one.json", "two.json"]);
});

it("are cleared of what a killed server had begun to write", () => {
  open().put("one", { epoch: 1 });
  writeFileSync(join(directory, "one.json.3189241094"), '{"epoch":');
  expect(open().list()).toEqual([{ epoch: 1 }]);
  expect(readdirSync(directory)).toEqual(["one.json"]);
});

it("name the file that is no record", () => {
  writeFileSync(join(directory, "one.json"), '{"epoch":');
  expect(open).toThrow(/one\.json is not a record of this server/);
});
