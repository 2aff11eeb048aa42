/**
 * The machines of SageMaker on which the images of this repository run. They are built for x86 and, if asked for, for
 * NVIDIA's CUDA. Machines with Graviton processors, as `m7g`, run none of them, nor do those with Trainium, Inferentia
 * or Gaudi.
 *
 * The families are those of the AWS SDK of November 2026 (`TrainingInstanceType`, `ProductionVariantInstanceType`), to
 * which a test holds them. `p2` is left out: its GPUs are older than those that PyTorch 2 is built for.
 */

/** What a machine is used for. */
export type MachineUse = "training" | "endpoint";
/** What a machine computes on. */
export type Processor = "cpu" | "cuda";

interface Families {
  readonly processor: Processor;
  readonly uses: readonly MachineUse[];
  readonly names: readonly string[];
}

const allFamilies: readonly Families[] = [
  {
    processor: "cpu",
    uses: ["training", "endpoint"],
    names: ["c4", "c5", "c6i", "c7i", "m4", "m5", "m6i", "m7i", "r5", "r5d", "r6i", "r7i"],
  },
  { processor: "cpu", uses: ["training"], names: ["c5n", "c8i", "m8i", "r8i", "t3"] },
  { processor: "cpu", uses: ["endpoint"], names: ["c5d", "c6in", "m5d", "t2"] },
  {
    processor: "cuda",
    uses: ["training", "endpoint"],
    names: [
      ...["g4dn", "g5", "g6", "g6e", "g7", "g7e"],
      ...["p3", "p4d", "p4de", "p5", "p5e", "p5en", "p6-b200", "p6-b300"],
    ],
  },
  { processor: "cuda", uses: ["training"], names: ["p3dn"] },
];

/** Returns the families of machines that may be chosen for a use. */
export const familiesFor = (use: MachineUse): readonly string[] =>
  allFamilies.flatMap(({ uses, names }) => (uses.includes(use) ? names : []));

/** Returns what an instance type matches that may be chosen for a use. Which sizes a family has is left to SageMaker. */
export const instanceTypePattern = (use: MachineUse): RegExp =>
  new RegExp(`^ml\\.(?:${familiesFor(use).join("|")})\\.(?:medium|large|[1-9]?[0-9]?xlarge)$`);

/** Returns what a machine computes on; undefined for one that may not be chosen for this use. */
export function processorOf(instanceType: string, use: MachineUse): Processor | undefined {
  if (!instanceTypePattern(use).test(instanceType)) return undefined;
  const family = instanceType.split(".")[1];
  return allFamilies.find(({ names }) => names.some((name) => name === family))?.processor;
}
