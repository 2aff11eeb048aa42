/** How the melody is changed before a technique gets it. */
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import type { PlacedErrors } from "../api/place-errors";
import type { TakenBars } from "../piece/read-piece";
import { texts } from "../texts/en";
import type { Shape } from "./draft";
import { changeDraft } from "./draft-store";
import { controlId, shapeControl } from "./form-controls";
import { isShaped } from "./shape-piece";

import "../theme/parameters.css";

const words = texts.studio.shape;
/** A technique takes so many bars at most. */
const mostBars = 64;

export interface ShapeFieldsProps {
  readonly shape: Shape;
  /** The bars that the melody has, once it is read. */
  readonly bars: number | undefined;
  /** The bars of its file that it has, where the file's time signature changes. */
  readonly taken: TakenBars | undefined;
  readonly tempo: number | undefined;
  readonly errors: PlacedErrors;
}

export function ShapeFields({ shape, bars, taken, tempo, errors }: ShapeFieldsProps) {
  const [isOpen, setOpen] = useState(false);
  const set = (change: Partial<Shape>): void => {
    changeDraft({ shape: { ...shape, ...change } });
  };
  const names = ["tempo", "transpose", "startBar", "bars", "rhythmAssist", "allTracks"] as const;
  const hidesError = names.some((name) => errors.at.has(shapeControl(name)));
  const numberField = (name: "tempo" | "startBar" | "bars", label: string, hint: string, usual: string) => (
    <FormField
      controlId={controlId(shapeControl(name))}
      label={label}
      constraintText={hint}
      errorText={errors.at.get(shapeControl(name))}
    >
      <Input
        type="number"
        inputMode="numeric"
        placeholder={usual}
        value={shape[name] === undefined ? "" : String(shape[name])}
        onChange={({ detail }) => {
          set({ [name]: detail.value === "" ? undefined : Number(detail.value) });
        }}
      />
    </FormField>
  );
  const transpose = shape.transpose ?? 0;
  const { firstBar, lastBar } = taken ?? { firstBar: 1, lastBar: bars ?? 1 };
  const startBars = bars === undefined ? "" : (taken?.choices ?? words.range(firstBar, lastBar));
  const left = Math.max(1, lastBar - (shape.startBar ?? firstBar) + 1);
  return (
    <ExpandableSection
      headerText={isShaped(shape) ? words.shaped : words.title}
      expanded={isOpen || hidesError}
      onChange={({ detail }) => {
        setOpen(detail.expanded);
      }}
    >
      <div className="fields">
        {numberField("tempo", words.tempo, words.tempoRange, tempo === undefined ? "" : String(Math.round(tempo)))}
        <FormField
          label={words.transpose}
          constraintText={words.transposeRange}
          errorText={errors.at.get(shapeControl("transpose"))}
        >
          <div className="number-field">
            <input
              id={controlId(shapeControl("transpose"))}
              type="range"
              min={-12}
              max={12}
              value={transpose}
              aria-label={words.transpose}
              aria-valuetext={words.semitones(transpose)}
              aria-invalid={errors.at.has(shapeControl("transpose"))}
              onChange={({ target }) => {
                set({ transpose: Number(target.value) });
              }}
            />
            <output className="figures">{words.semitones(transpose)}</output>
          </div>
        </FormField>
        <div className="field-pair">
          {numberField("startBar", words.startBar, startBars, String(firstBar))}
          {numberField(
            "bars",
            words.bars,
            bars === undefined ? "" : words.range(1, Math.min(mostBars, left)),
            words.all,
          )}
        </div>
        <FormField
          controlId={controlId(shapeControl("rhythmAssist"))}
          errorText={errors.at.get(shapeControl("rhythmAssist"))}
        >
          <Toggle
            checked={shape.rhythmAssist === true}
            description={words.rhythmAssistHint}
            onChange={({ detail }) => {
              set({ rhythmAssist: detail.checked });
            }}
          >
            {words.rhythmAssist}
          </Toggle>
        </FormField>
        {isShaped(shape) && (
          <Button
            formAction="none"
            onClick={() => {
              changeDraft({ shape: {} });
            }}
          >
            {words.reset}
          </Button>
        )}
      </div>
    </ExpandableSection>
  );
}
