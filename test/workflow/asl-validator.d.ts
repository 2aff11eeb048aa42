/** The package ships no types. */
declare module "asl-validator" {
  interface ValidationResult {
    readonly isValid: boolean;
    readonly errorsText: () => string;
  }
  export default function validate(definition: unknown): ValidationResult;
}
