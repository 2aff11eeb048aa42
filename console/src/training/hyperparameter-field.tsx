/** A control made from the API's description of a hyperparameter. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import Toggle from "@cloudscape-design/components/toggle";
import { trainingTexts } from "../texts/en-training";
import { type Hyperparameter, type HyperparameterValue, plainNumber } from "./hyperparameters";

const { create: words } = trainingTexts;

export const hyperparameterControl = (name: string): string => `hyperparameter-${name}`;

export function HyperparameterField(props: {
  readonly hyperparameter: Hyperparameter;
  readonly value: HyperparameterValue;
  readonly error: string | undefined;
  /** True where the value is that of the training that is gone on with. */
  readonly isFixed: boolean;
  readonly onChange: (value: HyperparameterValue) => void;
}) {
  const { hyperparameter, value, error, isFixed, onChange } = props;
  const { name, title, type, description, values = [], minimum, maximum, unit, step } = hyperparameter;
  const controlId = hyperparameterControl(name);
  const said = isFixed ? words.fixed : description;
  if (type === "boolean")
    return (
      <FormField errorText={error}>
        <Toggle
          controlId={controlId}
          checked={value === true}
          disabled={isFixed}
          description={said}
          onChange={({ detail }) => {
            onChange(detail.checked);
          }}
        >
          {title}
        </Toggle>
      </FormField>
    );
  if (type === "string")
    return (
      <FormField label={title} description={said} errorText={error} controlId={controlId}>
        <Select
          controlId={controlId}
          disabled={isFixed}
          selectedOption={{ value: String(value), label: String(value) }}
          options={values.map((one) => ({ value: one, label: one }))}
          onChange={({ detail }) => {
            onChange(detail.selectedOption.value ?? String(value));
          }}
        />
      </FormField>
    );
  return (
    <FormField
      label={title}
      description={said}
      errorText={error}
      controlId={controlId}
      constraintText={words.range(plainNumber(minimum ?? 0), plainNumber(maximum ?? 0), unit)}
    >
      <Input
        controlId={controlId}
        type="number"
        inputMode={type === "integer" ? "numeric" : "decimal"}
        step={step ?? (type === "integer" ? 1 : "any")}
        disabled={isFixed}
        value={typeof value === "number" ? plainNumber(value) : String(value)}
        onChange={({ detail }) => {
          onChange(detail.value);
        }}
      />
    </FormField>
  );
}
