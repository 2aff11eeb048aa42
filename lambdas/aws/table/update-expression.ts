/** Builds the SET, REMOVE and condition parts of an update; every name and value goes through a placeholder. */

export interface ItemChanges {
  /** Attributes to write; `undefined` leaves one as it is. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  /** Raises the row's version, which is its ETag, and notes the time. */
  readonly now: string;
}

export interface ItemCondition {
  /** Attributes that must have this value. */
  readonly equals?: Readonly<Record<string, unknown>>;
  /** Attributes that must have one of these values. */
  readonly oneOf?: Readonly<Record<string, readonly unknown[]>>;
  readonly absent?: readonly string[];
}

export interface UpdateParts {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/** An update of a row that must exist, meet the condition, and gets the next version. */
export function updateOfRow(changes: ItemChanges, condition: ItemCondition): UpdateParts {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const name = (attribute: string): string => {
    const placeholder = `#${attribute}`;
    names[placeholder] = attribute;
    return placeholder;
  };
  let count = 0;
  const value = (of: unknown): string => {
    const placeholder = `:v${count}`;
    count += 1;
    values[placeholder] = of;
    return placeholder;
  };

  const sets = [
    `${name("version")} = ${name("version")} + ${value(1)}`,
    `${name("updatedAt")} = ${value(changes.now)}`,
  ];
  for (const [attribute, of] of Object.entries(changes.set ?? {})) {
    if (of !== undefined) sets.push(`${name(attribute)} = ${value(of)}`);
  }
  const removes = (changes.remove ?? []).map(name);

  const conditions = [`attribute_exists(${name("pk")})`];
  for (const [attribute, of] of Object.entries(condition.equals ?? {}))
    conditions.push(`${name(attribute)} = ${value(of)}`);
  for (const [attribute, of] of Object.entries(condition.oneOf ?? {})) {
    conditions.push(`${name(attribute)} IN (${of.map(value).join(", ")})`);
  }
  for (const attribute of condition.absent ?? []) conditions.push(`attribute_not_exists(${name(attribute)})`);

  return {
    UpdateExpression: `SET ${sets.join(", ")}${removes.length === 0 ? "" : ` REMOVE ${removes.join(", ")}`}`,
    ConditionExpression: conditions.join(" AND "),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}
