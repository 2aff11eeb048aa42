/** A package of which something is shipped with the console. */
export interface ShippedLicense {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  /** The license's text, as the package has it. */
  readonly text: string;
}
