/** Conditions of writes as data. The DynamoDB table turns them into expressions; the table in memory evaluates them. */
import { partitionKey } from "../../naming/table-keys";

/** A value that a condition compares an attribute with. */
export type Comparable = string | number | boolean;

/** A condition on one row, which must hold when a write is made. */
export type Condition =
  | {
      readonly kind: "COMPARE";
      /** The attribute's name; dots separate the names of nested attributes. */
      readonly attribute: string;
      readonly operator: "=" | "<" | "<=" | ">";
      readonly value: Comparable;
    }
  | { readonly kind: "PRESENT"; readonly attribute: string }
  | { readonly kind: "ABSENT"; readonly attribute: string }
  | { readonly kind: "ALL"; readonly conditions: readonly Condition[] }
  | { readonly kind: "ANY"; readonly conditions: readonly Condition[] };

export const present = (attribute: string): Condition => ({ kind: "PRESENT", attribute });
export const absent = (attribute: string): Condition => ({ kind: "ABSENT", attribute });
/**
 * The condition that an attribute has this value. An absent attribute equals nothing, and is neither less nor more than
 * anything.
 */
export const equals = (attribute: string, value: Comparable): Condition => ({
  kind: "COMPARE",
  attribute,
  operator: "=",
  value,
});
export const lessThan = (attribute: string, value: string | number): Condition => ({
  kind: "COMPARE",
  attribute,
  operator: "<",
  value,
});
export const atMost = (attribute: string, value: number): Condition => ({
  kind: "COMPARE",
  attribute,
  operator: "<=",
  value,
});
export const moreThan = (attribute: string, value: number): Condition => ({
  kind: "COMPARE",
  attribute,
  operator: ">",
  value,
});
export const allOf = (...conditions: readonly Condition[]): Condition => ({ kind: "ALL", conditions });
export const anyOf = (...conditions: readonly Condition[]): Condition => ({ kind: "ANY", conditions });
export const oneOf = (attribute: string, values: readonly Comparable[]): Condition =>
  anyOf(...values.map((value) => equals(attribute, value)));

/** A row exists if it has its keys, because every row has them. */
export const rowExists = present(partitionKey);
export const rowIsAbsent = absent(partitionKey);
