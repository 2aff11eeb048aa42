/** The third step: how the technique works, and with which seed. */
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import type { PlacedErrors } from "../api/place-errors";
import type { Technique } from "../api/queries";
import { ParameterField } from "../parameters/parameter-field";
import { texts } from "../texts/en";
import { type Draft, newSeed } from "./draft";
import { changeDraft, setValue } from "./draft-store";
import { controlId, parameterControl } from "./form-controls";
import { groupParameters, type Parameter, valueOf } from "./techniques";

export interface CharacterStepProps {
  readonly draft: Draft;
  readonly technique: Technique;
  readonly errors: PlacedErrors;
}

export function CharacterStep({ draft, technique, errors }: CharacterStepProps) {
  const { main, more } = groupParameters(technique.parameters);
  const [isOpen, setOpen] = useState(false);
  // A fold never hides what must be mended.
  const hidesError = more.some(({ name }) => errors.at.has(parameterControl(name)));
  const field = (parameter: Parameter) => (
    <ParameterField
      key={`${technique.id}.${parameter.name}`}
      parameter={parameter}
      controlId={controlId(parameterControl(parameter.name))}
      value={valueOf(parameter, draft.values[technique.id])}
      error={errors.at.get(parameterControl(parameter.name))}
      onChange={(value) => {
        setValue(technique.id, parameter.name, value);
      }}
    />
  );
  return (
    <div className="fields">
      {main.map(field)}
      {more.length > 0 && (
        <ExpandableSection
          headerText={texts.studio.more(more.length)}
          expanded={isOpen || hidesError}
          onChange={({ detail }) => {
            setOpen(detail.expanded);
          }}
        >
          <div className="fields">{more.map(field)}</div>
        </ExpandableSection>
      )}
      <FormField
        controlId={controlId("seed")}
        label={texts.studio.seed}
        constraintText={texts.studio.seedHint}
        errorText={errors.at.get("seed")}
      >
        <div className="seed-field">
          <Input
            type="number"
            inputMode="numeric"
            value={String(draft.seed)}
            onChange={({ detail }) => {
              changeDraft({ seed: Number(detail.value), isSeedLocked: true });
            }}
          />
          <Button
            formAction="none"
            iconName="refresh"
            ariaLabel={texts.studio.dice}
            onClick={() => {
              changeDraft({ seed: newSeed() });
            }}
          />
          <Toggle
            checked={draft.isSeedLocked}
            onChange={({ detail }) => {
              changeDraft({ isSeedLocked: detail.checked });
            }}
          >
            {texts.studio.lockSeed}
          </Toggle>
        </div>
      </FormField>
      <FormField controlId={controlId("name")} label={texts.studio.name} errorText={errors.at.get("name")}>
        <Input
          value={draft.name}
          placeholder={texts.studio.usual}
          onChange={({ detail }) => {
            changeDraft({ name: detail.value });
          }}
        />
      </FormField>
    </div>
  );
}
