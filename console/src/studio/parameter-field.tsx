/** A control made from the API's description of a parameter. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import Toggle from "@cloudscape-design/components/toggle";
import { texts } from "../texts/en";
import type { Value } from "./draft";
import { controlId, parameterControl } from "./form-controls";
import type { Parameter } from "./techniques";

export interface ParameterFieldProps {
  readonly parameter: Parameter;
  readonly value: Value;
  readonly error: string | undefined;
  readonly onChange: (value: Value) => void;
}

export function ParameterField({ parameter, value, error, onChange }: ParameterFieldProps) {
  const { name, title, type, description, values = [] } = parameter;
  const id = controlId(parameterControl(name));
  const place = { controlId: id, errorText: error };
  if (type === "boolean")
    return (
      <FormField {...place}>
        <Toggle
          controlId={id}
          checked={value === true}
          description={description}
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
      <FormField {...place} label={title} description={description}>
        <Select
          selectedOption={{ value: String(value), label: String(value) }}
          options={values.map((one) => ({ value: one, label: one }))}
          onChange={({ detail }) => {
            onChange(detail.selectedOption.value ?? String(value));
          }}
        />
      </FormField>
    );
  return <NumberField {...{ parameter, value, error, onChange }} />;
}

/** Positions of the slider of a logarithmic parameter. */
const logPositions = 1000;

function NumberField({ parameter, value, error, onChange }: ParameterFieldProps) {
  const { name, title, description, unit = "", minimum, maximum, scale = "linear" } = parameter;
  const step = parameter.step ?? (parameter.type === "integer" ? 1 : 0.05);
  const id = controlId(parameterControl(name));
  const isLog = scale === "log" && minimum !== undefined && minimum > 0 && maximum !== undefined;
  const number = Number(value);
  const at = isLog ? (logPositions * Math.log(number / minimum)) / Math.log(maximum / minimum) : number;
  const valueAt = (position: number): number => {
    if (!isLog) return position;
    const exact = minimum * (maximum / minimum) ** (position / logPositions);
    return Number((Math.round(exact / step) * step).toPrecision(6));
  };
  return (
    <FormField
      controlId={id}
      label={title}
      description={description}
      errorText={error}
      constraintText={
        minimum === undefined || maximum === undefined
          ? unit
          : texts.studio.range(minimum, maximum, unit, String(parameter.default))
      }
    >
      <div className="number-field">
        {minimum !== undefined && maximum !== undefined && (
          <input
            type="range"
            aria-label={title}
            aria-invalid={error !== undefined}
            aria-valuetext={`${String(value)} ${unit}`.trim()}
            min={isLog ? 0 : minimum}
            max={isLog ? logPositions : maximum}
            step={isLog ? 1 : step}
            value={Number.isFinite(at) ? at : minimum}
            onChange={({ target }) => {
              onChange(valueAt(Number(target.value)));
            }}
          />
        )}
        <Input
          controlId={id}
          type="number"
          inputMode="decimal"
          step={step}
          ariaLabel={texts.studio.value(title)}
          value={String(value)}
          onChange={({ detail }) => {
            // What is no number yet, as an empty field, stays as it was typed.
            onChange(detail.value.trim() === "" ? "" : Number(detail.value));
          }}
        />
      </div>
    </FormField>
  );
}
