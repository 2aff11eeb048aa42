/** Which images a Dockerfile builds upon. */

/**
 * Returns the base images of a Dockerfile. Earlier stages and `scratch` are no base images; the default of an ARG stands
 * for the ARG.
 */
export function basesOf(dockerfile: string): readonly string[] {
  const lines = dockerfile.replace(/\\\r?\n/g, " ").split(/\r?\n/);
  const defaults = new Map<string, string>();
  const stages = new Set(["scratch"]);
  const bases: string[] = [];
  for (const line of lines) {
    const [, name = "", value = ""] = /^\s*ARG\s+(\w+)(?:=(\S+))?/i.exec(line) ?? [];
    if (name !== "") defaults.set(name, value);
    const [, from = "", stage = ""] = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
    if (from === "") continue;
    const base = from.replace(/\$\{?(\w+)\}?/g, (_, argument: string) => defaults.get(argument) ?? "");
    if (!stages.has(base.toLowerCase())) bases.push(base === "" ? from : base);
    stages.add(stage.toLowerCase());
  }
  return bases;
}

/** Returns the base images of a Dockerfile that are not named by their digest. */
export const basesWithoutDigest = (dockerfile: string): readonly string[] =>
  basesOf(dockerfile).filter((base) => !/@sha256:[0-9a-f]{64}$/.test(base));
