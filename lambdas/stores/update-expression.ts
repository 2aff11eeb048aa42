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

export interface ConditionParts {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

export interface UpdateParts extends ConditionParts {
  readonly UpdateExpression: string;
}

/** Names and values by placeholder, as they are used. */
class Placeholders {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, unknown> = {};
  private count = 0;

  name(attribute: string): string {
    const placeholder = `#${attribute}`;
    this.names[placeholder] = attribute;
    return placeholder;
  }

  value(of: unknown): string {
    const placeholder = `:v${this.count}`;
    this.count += 1;
    this.values[placeholder] = of;
    return placeholder;
  }
}

function conditionText(placeholders: Placeholders, condition: ItemCondition): string {
  const conditions = [`attribute_exists(${placeholders.name("pk")})`];
  for (const [attribute, of] of Object.entries(condition.equals ?? {})) {
    conditions.push(`${placeholders.name(attribute)} = ${placeholders.value(of)}`);
  }
  for (const [attribute, of] of Object.entries(condition.oneOf ?? {})) {
    const values = of.map((each) => placeholders.value(each)).join(", ");
    conditions.push(`${placeholders.name(attribute)} IN (${values})`);
  }
  for (const attribute of condition.absent ?? []) {
    conditions.push(`attribute_not_exists(${placeholders.name(attribute)})`);
  }
  return conditions.join(" AND ");
}

/** That a row exists and meets the condition, for a check that changes nothing. */
export function conditionOnRow(condition: ItemCondition): ConditionParts {
  const placeholders = new Placeholders();
  return {
    ConditionExpression: conditionText(placeholders, condition),
    ExpressionAttributeNames: placeholders.names,
    ExpressionAttributeValues: placeholders.values,
  };
}

/** An update of a row that must exist, meet the condition, and gets the next version. */
export function updateOfRow(changes: ItemChanges, condition: ItemCondition): UpdateParts {
  const placeholders = new Placeholders();
  const version = placeholders.name("version");
  const sets = [
    `${version} = ${version} + ${placeholders.value(1)}`,
    `${placeholders.name("updatedAt")} = ${placeholders.value(changes.now)}`,
  ];
  for (const [attribute, of] of Object.entries(changes.set ?? {})) {
    if (of !== undefined) sets.push(`${placeholders.name(attribute)} = ${placeholders.value(of)}`);
  }
  const removes = (changes.remove ?? []).map((attribute) => placeholders.name(attribute));
  return {
    UpdateExpression: `SET ${sets.join(", ")}${removes.length === 0 ? "" : ` REMOVE ${removes.join(", ")}`}`,
    ConditionExpression: conditionText(placeholders, condition),
    ExpressionAttributeNames: placeholders.names,
    ExpressionAttributeValues: placeholders.values,
  };
}
