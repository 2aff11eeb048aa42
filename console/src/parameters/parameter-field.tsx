/** A control made from the API's description of a parameter or a hyperparameter. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import type { components } from "../../../client/client";
import { texts } from "../texts/en";
import { plainNumber } from "./plain-number";
import { sliderScale, stepOf } from "./slider-scale";

import "../theme/parameters.css";

const words = texts.parameters;

/** A number that is not typed to its end is the empty text. */
export type ParameterValue = string | number | boolean;

export interface ParameterFieldProps {
  readonly parameter: components["schemas"]["Parameter"];
  /** The id of the control's element in the page. */
  readonly controlId: string;
  readonly value: ParameterValue;
  readonly error: string | undefined;
  /** Why the value cannot be changed, where it cannot. */
  readonly fixedBecause?: string | undefined;
  readonly onChange: (value: ParameterValue) => void;
}

export function ParameterField(props: ParameterFieldProps) {
  const { parameter, controlId, value, error, fixedBecause, onChange } = props;
  const { title, type, values = [] } = parameter;
  const place = { controlId, errorText: error };
  const description = fixedBecause ?? parameter.description;
  const disabled = fixedBecause !== undefined;
  if (type === "boolean")
    return (
      <FormField {...place}>
        <Toggle
          controlId={controlId}
          checked={value === true}
          disabled={disabled}
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
          disabled={disabled}
          selectedOption={{ value: String(value), label: String(value) }}
          options={values.map((one) => ({ value: one, label: one }))}
          onChange={({ detail }) => {
            onChange(detail.selectedOption.value ?? String(value));
          }}
        />
      </FormField>
    );
  return <NumberField {...props} />;
}

function NumberField({ parameter, controlId, value, error, fixedBecause, onChange }: ParameterFieldProps) {
  const { title, description, unit = "", minimum, maximum } = parameter;
  const usual = typeof parameter.default === "number" ? plainNumber(parameter.default) : String(parameter.default);
  const disabled = fixedBecause !== undefined;
  const slider = sliderScale(parameter);
  const position = slider?.positionOf(Number(value)) ?? 0;
  const written = typeof value === "number" ? plainNumber(value) : String(value);
  // What is being typed, as 0.0 on the way to 0.05, stays as it is while it means the value.
  const [typed, setTyped] = useState(written);
  const shown = typed.trim() !== "" && Number(typed) === value ? typed : written;
  return (
    <FormField
      controlId={controlId}
      label={title}
      description={fixedBecause ?? description}
      errorText={error}
      constraintText={
        minimum === undefined || maximum === undefined
          ? unit
          : words.range(plainNumber(minimum), plainNumber(maximum), unit, usual)
      }
    >
      <div className={slider === undefined ? undefined : "number-field"}>
        {slider !== undefined && (
          <input
            type="range"
            aria-label={title}
            aria-invalid={error !== undefined}
            aria-valuetext={`${written} ${unit}`.trim()}
            min={slider.min}
            max={slider.max}
            step={slider.step}
            disabled={disabled}
            value={Number.isFinite(position) ? position : slider.min}
            onChange={({ target }) => {
              onChange(slider.valueAt(Number(target.value)));
            }}
          />
        )}
        <Input
          controlId={controlId}
          type="number"
          inputMode={parameter.type === "integer" ? "numeric" : "decimal"}
          step={stepOf(parameter)}
          ariaLabel={words.value(title)}
          disabled={disabled}
          value={shown}
          onChange={({ detail }) => {
            setTyped(detail.value);
            onChange(detail.value.trim() === "" ? "" : Number(detail.value));
          }}
        />
      </div>
    </FormField>
  );
}
