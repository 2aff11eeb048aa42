import fc from "fast-check";
import { overridesOf, type Role, roles, saidRoles, withRole } from "../../../console/src/datasets/role-choice";

const role = fc.constantFrom<Role[]>(...roles);
const ofTrack = fc.record({ trackIndex: fc.nat(20), role });
const ofName = fc.record({ trackName: fc.string({ minLength: 1, maxLength: 8 }), role });
const overrides = fc.array(fc.oneof(ofTrack, ofName), { maxLength: 12 });

test("what is sent again says the same of every track, and keeps what was said of names", () => {
  fc.assert(
    fc.property(overrides, (before) => {
      const sent = overridesOf(saidRoles(before), before);
      const roleOf = (all: readonly { trackIndex?: number; role: Role }[], index: number): Role | undefined =>
        all.find(({ trackIndex }) => trackIndex === index)?.role;
      for (let index = 0; index <= 20; index += 1) expect(roleOf(sent, index)).toBe(roleOf(before, index));
      const names = before.filter((one) => !("trackIndex" in one));
      expect(sent.slice(sent.length - names.length)).toEqual(names);
    }),
  );
});

test("what is said of a track stands before words about names, which would count otherwise", () => {
  const before = [{ trackName: "*", role: "bass" as const }];
  const said = withRole(saidRoles(before), { index: 3, role: "bass" }, "melody");
  expect(overridesOf(said, before)).toEqual([{ trackIndex: 3, role: "melody" }, ...before]);
});

test("a role that the track has anyway need not be said, unless another one was", () => {
  const track = { index: 2, role: "chords" as const };
  expect([...withRole(new Map(), track, "chords")]).toEqual([]);
  const changed = withRole(new Map(), track, "none");
  expect([...withRole(changed, track, "chords")]).toEqual([[2, "chords"]]);
});
