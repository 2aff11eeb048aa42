/**
 * Replaces the tables of a Markdown document that stand between `<!-- generated: NAME -->` and `<!-- end of NAME -->`.
 *
 * @throws Error that names a table for which the document has no such place
 */
export function withGeneratedTables(document: string, tables: Readonly<Record<string, string>>): string {
  let result = document;
  for (const [name, table] of Object.entries(tables)) {
    const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [result.indexOf(begin), result.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the document has no place for ${name} (allowed: ${begin} … ${end})`);
    result = `${result.slice(0, from + begin.length)}\n\n${table}\n\n${result.slice(to)}`;
  }
  return result;
}
